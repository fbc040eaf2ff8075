//! Conversion of a row, or of a stream record, to an entry. A row that our code cannot read, even by a panic,
//! neither blocks the others nor is lost.

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

/// Returns the entry that `to_entry` creates from the change that `read` returns. Returns `None` if the change is
/// not published. The row was written at `since` at the latest.
pub(crate) fn entry(
    key: RowKey,
    since: Timestamp,
    read: impl FnOnce() -> Result<Option<Change>, store::Error> + UnwindSafe,
    to_entry: impl FnOnce(Change) -> Option<PendingEntry> + UnwindSafe,
) -> Option<PendingEntry> {
    let entry = catch_unwind(|| Ok::<_, Unreadable>(read()?.and_then(to_entry)))
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
