//! The rule by which an entry is dead-lettered: it goes to the queue and is not retried.

use crate::bus::Code;
use crate::pending_entry::PendingEntry;

/// Number of refusals after which an entry is dead-lettered if the bus accepts others.
pub(crate) const MAX_REFUSALS: u32 = 4;
/// Code for a row that could not be read.
const UNREADABLE: &str = "Unreadable";

/// The refusals of one entry in this invocation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals {
    count: u32,
    last: Option<Refusal>,
}

#[derive(Clone, Debug)]
struct Refusal {
    code: Code,
    is_final: bool,
    /// Number of entries on the bus at the first refusal of the entry.
    published_before: usize,
}

impl Refusals {
    /// Adds a refusal. At this time, `published` entries are on the bus.
    pub(crate) fn add(&mut self, code: Code, is_final: bool, published: usize) {
        let first = self.last.as_ref();
        self.count += 1;
        self.last = Some(Refusal {
            code,
            is_final,
            published_before: first.map_or(published, |first| first.published_before),
        });
    }

    /// Returns the code of the last refusal.
    pub(crate) fn last_code(&self) -> Option<&str> {
        self.last.as_ref().map(|last| last.code.as_str())
    }
}

/// Returns whether the entry is sent no more in this invocation.
pub(crate) fn ends_retries(entry: &PendingEntry, refusals: &Refusals) -> bool {
    let is_final = refusals.last.as_ref().is_some_and(|last| last.is_final);
    entry.entry.is_none() || is_final || refusals.count >= MAX_REFUSALS
}

/// Returns the code under which the entry is dead-lettered, or `None` if it is retried. It is dead-lettered if:
///
/// - its row could not be read;
/// - the bus always refuses it;
/// - the bus has refused it [`MAX_REFUSALS`] times, and has accepted others since the first of them. A bus that
///   accepts no entry has failed itself, and every entry is retried.
///
/// `published` entries are on the bus.
pub(crate) fn code<'a>(
    entry: &PendingEntry,
    refusals: &'a Refusals,
    published: usize,
) -> Option<&'a str> {
    if entry.entry.is_none() {
        return Some(UNREADABLE);
    }
    let last = refusals.last.as_ref()?;
    let accepts_others = published > last.published_before;
    let is_dead_letter = last.is_final || (refusals.count >= MAX_REFUSALS && accepts_others);
    is_dead_letter.then_some(last.code.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::entry::Entry;
    use crate::reference::{Reference, RowKey};

    const FOR_NOW: &str = "InternalFailure";
    const FOR_GOOD: &str = "MalformedDetail";

    fn pending(entry: Option<Entry>) -> PendingEntry {
        PendingEntry {
            entry,
            reference: Reference {
                key: RowKey {
                    pk: "ITEM#1".to_owned(),
                    sk: None,
                },
                id: None,
                detail_type: None,
                since: Timestamp::UNIX_EPOCH,
            },
            sequence_number: None,
        }
    }

    fn readable() -> PendingEntry {
        let detail_type = "item.ready".to_owned();
        pending(Some(Entry::new(
            "1",
            detail_type,
            Timestamp::UNIX_EPOCH,
            &(),
        )))
    }

    /// Returns so many refusals for now, the first of them when `published` entries were on the bus.
    fn refused(count: u32, published: usize) -> Refusals {
        let mut refusals = Refusals::default();
        for later in 0..count {
            refusals.add(FOR_NOW.to_owned(), false, published + later as usize);
        }
        refusals
    }

    #[test]
    fn an_entry_that_was_not_refused_is_not_dead_lettered() {
        assert_eq!(code(&readable(), &Refusals::default(), 10), None);
        assert!(!ends_retries(&readable(), &Refusals::default()));
    }

    #[test]
    fn a_row_that_could_not_be_read_is_dead_lettered_at_once() {
        let unreadable = pending(None);

        assert_eq!(
            code(&unreadable, &Refusals::default(), 0),
            Some("Unreadable")
        );
        assert!(ends_retries(&unreadable, &Refusals::default()));
    }

    #[test]
    fn an_entry_that_is_always_refused_is_dead_lettered_at_once() {
        let mut refusals = Refusals::default();
        refusals.add(FOR_GOOD.to_owned(), true, 5);

        assert_eq!(code(&readable(), &refusals, 5), Some(FOR_GOOD));
        assert!(ends_retries(&readable(), &refusals));
    }

    #[test]
    fn an_entry_is_dead_lettered_after_the_last_refusal_if_others_were_accepted_since_the_first() {
        let before_last = refused(MAX_REFUSALS - 1, 5);
        assert_eq!(code(&readable(), &before_last, 6), None);
        assert!(!ends_retries(&readable(), &before_last));

        let all = refused(MAX_REFUSALS, 5);
        assert_eq!(code(&readable(), &all, 6), Some(FOR_NOW));
        assert!(ends_retries(&readable(), &all));
    }

    #[test]
    fn an_entry_is_not_dead_lettered_if_the_bus_accepts_no_other() {
        let all = refused(MAX_REFUSALS, 5);

        assert_eq!(code(&readable(), &all, 5), None);
        assert!(ends_retries(&readable(), &all));
    }
}
