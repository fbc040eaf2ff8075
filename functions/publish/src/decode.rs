//! From a row, or a record of one, to what there is to tell. What our code cannot read, whatever it
//! does over it, must neither hold up the others nor be forgotten.

use std::panic::{UnwindSafe, catch_unwind};

use client::chain;
use jiff::Timestamp;
use store::Change;

use crate::pending_entry::PendingEntry;
use crate::reference::{Reference, RowKey};

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Row(#[from] store::Error),
    #[error("our code panicked")]
    Panicked,
}

/// The entry that `tell` makes of the change that `read` gives; none if nobody is told of it. `since`
/// is when the row was written at the latest.
pub(crate) fn entry(
    key: RowKey,
    since: Timestamp,
    read: impl FnOnce() -> Result<Option<Change>, store::Error> + UnwindSafe,
    tell: impl FnOnce(Change) -> Option<PendingEntry> + UnwindSafe,
) -> Option<PendingEntry> {
    let entry = catch_unwind(|| Ok::<_, Unreadable>(read()?.and_then(tell)))
        .unwrap_or(Err(Unreadable::Panicked));
    entry.unwrap_or_else(|error| {
        tracing::error!(error = chain(&error), "row not readable");
        Some(PendingEntry {
            entry: None,
            reference: Reference {
                key,
                id: None,
                detail_type: None,
                since,
            },
            sequence_number: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        read: impl FnOnce() -> Result<Option<Change>, store::Error> + UnwindSafe,
    ) -> Option<PendingEntry> {
        let key = RowKey {
            pk: "ITEM#1".to_owned(),
            sk: None,
        };
        entry(key, Timestamp::UNIX_EPOCH, read, |_| None)
    }

    #[test]
    fn a_row_over_which_our_code_panics_is_one_that_cannot_be_read() {
        let panicked = read(|| panic!("a bug")).unwrap();
        let corrupt = read(|| {
            Err(store::Error::Corrupt {
                attribute: "status",
            })
        })
        .unwrap();

        assert_eq!(panicked.entry, None);
        assert_eq!(panicked.reference.key.pk, "ITEM#1");
        assert_eq!(corrupt, panicked);
        assert_eq!(read(|| Ok(None)), None);
    }
}
