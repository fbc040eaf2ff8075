//! Send queue: the entries of one invocation that are not on the bus yet, and the order in which they are sent.

use std::collections::HashSet;

use crate::bus::{Code, EntryResult, MAX_ENTRIES, NO_RESULT};
use crate::dead_letters::{self, Refusals};
use crate::entry::{Entry, MAX_BYTES};
use crate::pending_entry::PendingEntry;

/// The entries, in their order.
#[derive(Clone, Debug)]
pub(crate) struct SendQueue {
    pending: Vec<Pending>,
    published: usize,
}

#[derive(Clone, Debug)]
struct Pending {
    entry: PendingEntry,
    refusals: Refusals,
    /// Whether the entry is sent in a request of its own, because a request with others was rejected.
    is_alone: bool,
}

/// The entries of one request, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request(Vec<usize>);

impl SendQueue {
    pub(crate) fn new(entries: Vec<PendingEntry>) -> Self {
        Self {
            pending: entries.into_iter().map(Pending::new).collect(),
            published: 0,
        }
    }

    /// Returns the number of entries on the bus.
    pub(crate) fn published(&self) -> usize {
        self.published
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Returns the entries that are left, in their order.
    pub(crate) fn into_pending(self) -> Vec<PendingEntry> {
        self.pending
            .into_iter()
            .map(|pending| pending.entry)
            .collect()
    }

    /// Returns the first entry of each partition, up to the limits of a request. Returns `None` if the bus
    /// has refused each of them too often. Later entries of a partition wait, so that order is kept.
    pub(crate) fn next_request(&self) -> Option<Request> {
        let (mut request, mut size, mut partitions) = (Vec::new(), 0, HashSet::new());
        for (index, pending) in self.pending.iter().enumerate() {
            let is_first = partitions.insert(pending.entry.partition());
            let Some(entry) = pending.entry.entry.as_ref().filter(|_| is_first) else {
                continue;
            };
            if dead_letters::ends_retries(&pending.entry, &pending.refusals) {
                continue;
            }
            if pending.is_alone {
                if request.is_empty() {
                    return Some(Request(vec![index]));
                }
                continue;
            }
            // The bus itself rejects a single entry that is too large.
            if !request.is_empty() && size + entry.size() > MAX_BYTES {
                continue;
            }
            size += entry.size();
            request.push(index);
            if request.len() == MAX_ENTRIES {
                break;
            }
        }
        (!request.is_empty()).then_some(Request(request))
    }

    pub(crate) fn entries(&self, request: &Request) -> Vec<&Entry> {
        let places = request.0.iter();
        places
            .filter_map(|index| self.pending.get(*index)?.entry.entry.as_ref())
            .collect()
    }

    /// Records the results of a request. Returns whether a retry of some entries may succeed.
    pub(crate) fn answered(&mut self, request: &Request, results: Vec<EntryResult>) -> bool {
        let silence = std::iter::repeat_with(|| EntryResult::Refused(NO_RESULT.to_owned()));
        let results = results.into_iter().chain(silence);
        let (mut accepted, mut is_refused_for_now) = (HashSet::new(), false);
        for (index, entry_result) in request.0.iter().zip(results) {
            match entry_result {
                EntryResult::Accepted => {
                    accepted.insert(*index);
                }
                EntryResult::Refused(code) => {
                    is_refused_for_now = true;
                    self.refused(*index, code, false);
                }
                EntryResult::RefusedForGood(code) => self.refused(*index, code, true),
            }
        }
        // Entries accepted in the same request count as accepted while others are refused.
        self.published += accepted.len();
        let mut index = 0..;
        self.pending
            .retain(|_| index.next().is_none_or(|index| !accepted.contains(&index)));
        is_refused_for_now
    }

    /// Handles a request that the bus rejected without naming an entry. Each of its entries is then sent
    /// alone. An entry that was already alone is refused for good.
    pub(crate) fn rejected(&mut self, request: &Request, code: Code) {
        if let [index] = request.0.as_slice() {
            self.refused(*index, code, true);
            return;
        }
        for index in &request.0 {
            if let Some(pending) = self.pending.get_mut(*index) {
                pending.is_alone = true;
            }
        }
    }

    fn refused(&mut self, index: usize, code: Code, is_final: bool) {
        if let Some(pending) = self.pending.get_mut(index) {
            pending.refusals.add(code, is_final, self.published);
        }
    }

    /// Returns the first entry and its code, if it is dead-lettered. Entries behind it wait, because the stream
    /// repeats everything from the first entry that is left.
    pub(crate) fn dead_letter(&self) -> Option<(&PendingEntry, &str)> {
        let first = self.pending.first()?;
        let code = dead_letters::code(&first.entry, &first.refusals, self.published)?;
        Some((&first.entry, code))
    }

    /// Removes the first entry, which is stored in the dead-letter queue.
    pub(crate) fn remove_first(&mut self) {
        if !self.pending.is_empty() {
            self.pending.remove(0);
        }
    }

    /// Returns the code of the first entry's last refusal.
    pub(crate) fn refusal(&self) -> &str {
        let first = self.pending.first();
        first
            .and_then(|first| first.refusals.last_code())
            .unwrap_or(NO_RESULT)
    }
}

impl Pending {
    fn new(entry: PendingEntry) -> Self {
        Self {
            entry,
            refusals: Refusals::default(),
            is_alone: false,
        }
    }
}

#[cfg(test)]
mod tests;
