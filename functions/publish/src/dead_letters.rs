//! The rule by which an entry is dead-lettered: it goes to the queue and is not retried.

use runtime::bus::Code;

use crate::pending_entry::PendingEntry;

/// Number of refusals after which an entry is dead-lettered if the bus accepts others.
pub(crate) const MAX_REFUSALS: u32 = 4;
/// Code for a row that could not be read.
const UNREADABLE: &str = "Unreadable";

/// The requests of one invocation, numbered from 1 in the order in which they began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// The last request that has begun.
    pub(crate) begun: usize,
    /// The last request of which the bus has accepted an entry; 0 if there is none.
    pub(crate) accepted: usize,
}

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
    /// The first request that shows whether the bus has accepted others since the first refusal of the entry.
    since: usize,
}

impl Refusals {
    /// Adds a refusal. The requests from number `since` on show whether the bus accepts others: the refused one, if the
    /// bus has accepted another entry of it, else the next one. A request that was on its way at the same time may have
    /// been answered before the bus failed.
    pub(crate) fn add(&mut self, code: Code, is_final: bool, since: usize) {
        let first = self.last.as_ref();
        self.count += 1;
        self.last = Some(Refusal {
            code,
            is_final,
            since: first.map_or(since, |first| first.since),
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
pub(crate) fn code<'a>(
    entry: &PendingEntry,
    refusals: &'a Refusals,
    requests: Requests,
) -> Option<&'a str> {
    if entry.entry.is_none() {
        return Some(UNREADABLE);
    }
    let last = refusals.last.as_ref()?;
    let accepts_others = requests.accepted >= last.since;
    let is_dead_letter = last.is_final || (refusals.count >= MAX_REFUSALS && accepts_others);
    is_dead_letter.then_some(last.code.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::entry::Entry;
    use crate::erased::About;
    use crate::reference::{Reference, RowKey};

    const FOR_NOW: &str = "InternalFailure";
    const FOR_GOOD: &str = "MalformedDetail";

    fn pending(entry: Option<Entry>) -> PendingEntry {
        PendingEntry {
            about: About::default(),
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

    /// Returns so many refusals for now. The requests from 7 on show whether the bus accepts others.
    fn refused(count: u32) -> Refusals {
        let mut refusals = Refusals::default();
        for later in 0..count {
            refusals.add(FOR_NOW.to_owned(), false, 7 + later as usize);
        }
        refusals
    }

    /// Returns ten requests. The last one of which the bus has accepted an entry has this number.
    fn accepted(accepted: usize) -> Requests {
        Requests {
            begun: 10,
            accepted,
        }
    }

    #[test]
    fn an_entry_that_was_not_refused_is_not_dead_lettered() {
        let refusals = Refusals::default();

        assert_eq!(code(&readable(), &refusals, accepted(10)), None);
        assert!(!ends_retries(&readable(), &refusals));
    }

    #[test]
    fn a_row_that_could_not_be_read_is_dead_lettered_at_once() {
        let (unreadable, refusals) = (pending(None), Refusals::default());

        assert_eq!(
            code(&unreadable, &refusals, accepted(0)),
            Some("Unreadable")
        );
        assert!(ends_retries(&unreadable, &refusals));
    }

    #[test]
    fn an_entry_that_is_always_refused_is_dead_lettered_at_once() {
        let mut refusals = Refusals::default();
        refusals.add(FOR_GOOD.to_owned(), true, 1);

        assert_eq!(code(&readable(), &refusals, accepted(0)), Some(FOR_GOOD));
        assert!(ends_retries(&readable(), &refusals));
    }

    #[test]
    fn an_entry_is_dead_lettered_after_the_last_refusal_if_others_were_accepted_since_the_first() {
        let before_last = refused(MAX_REFUSALS - 1);
        assert_eq!(code(&readable(), &before_last, accepted(7)), None);
        assert!(!ends_retries(&readable(), &before_last));

        let all = refused(MAX_REFUSALS);
        assert_eq!(code(&readable(), &all, accepted(7)), Some(FOR_NOW));
        assert!(ends_retries(&readable(), &all));
    }

    #[test]
    fn an_entry_is_not_dead_lettered_if_the_bus_accepts_no_other() {
        let all = refused(MAX_REFUSALS);

        assert_eq!(code(&readable(), &all, accepted(6)), None);
        assert!(ends_retries(&readable(), &all));
    }
}
