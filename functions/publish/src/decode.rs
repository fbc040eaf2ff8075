//! Conversion of a row, or of a stream record, to entries. A row that our code cannot read, even by a panic,
//! neither blocks the others nor is lost.

use std::panic::{UnwindSafe, catch_unwind};

use client::chain;
use jiff::Timestamp;
use store::Change;

use crate::erased::About;
use crate::pending_entry::PendingEntry;
use crate::reference::{Reference, RowKey};

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Row(#[from] store::Error),
    #[error("our code panicked")]
    Panicked,
}

/// Returns the entries that `to_entries` creates from the change that `read` returns. A change that is not published has
/// none. The row was written at `since` at the latest.
pub(crate) fn entries(
    key: RowKey,
    since: Timestamp,
    read: impl FnOnce() -> Result<Option<Change>, store::Error> + UnwindSafe,
    to_entries: impl FnOnce(Change) -> Vec<PendingEntry> + UnwindSafe,
) -> Vec<PendingEntry> {
    let entries = catch_unwind(|| Ok::<_, Unreadable>(read()?.map(to_entries).unwrap_or_default()))
        .unwrap_or(Err(Unreadable::Panicked));
    entries.unwrap_or_else(|error| {
        tracing::error!(error = chain(&error), "row not readable");
        vec![PendingEntry {
            entry: None,
            about: About::default(),
            reference: Reference {
                key,
                id: None,
                detail_type: None,
                since,
            },
            sequence_number: None,
        }]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        read: impl FnOnce() -> Result<Option<Change>, store::Error> + UnwindSafe,
    ) -> Vec<PendingEntry> {
        let key = RowKey {
            pk: "ITEM#1".to_owned(),
            sk: None,
        };
        entries(key, Timestamp::UNIX_EPOCH, read, |_| Vec::new())
    }

    #[test]
    fn a_row_over_which_our_code_panics_is_one_that_cannot_be_read() {
        let panicked = read(|| panic!("a bug"));
        let corrupt = read(|| {
            Err(store::Error::Corrupt {
                attribute: "status",
            })
        });

        assert_eq!(panicked[0].entry, None);
        assert_eq!(panicked[0].reference.key.pk, "ITEM#1");
        assert_eq!(corrupt, panicked);
        assert_eq!(read(|| Ok(None)), []);
    }
}
