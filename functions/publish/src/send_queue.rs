//! Send queue: the entries of one invocation that are not on the bus yet, and the order in which they are sent.
//!
//! Several requests may be sent at a time. Of each partition, one entry at most is on its way.

use std::collections::{BTreeMap, HashSet};

use runtime::bus::{Code, EntryResult, NO_RESULT};

use crate::bus::MAX_ENTRIES;
use crate::dead_letters::{self, Refusals, Requests};
use crate::entry::{Entry, MAX_BYTES};
use crate::pending_entry::PendingEntry;

/// The entries.
#[derive(Clone, Debug)]
pub(crate) struct SendQueue {
    /// The entries by their position, which is also their order.
    pending: BTreeMap<usize, Pending>,
    published: usize,
    requests: Requests,
}

#[derive(Clone, Debug)]
struct Pending {
    entry: PendingEntry,
    refusals: Refusals,
    /// Whether a request with the entry has no answer yet.
    is_sent: bool,
    /// Whether the entry is sent in a request of its own, because a request with others was rejected.
    is_alone: bool,
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The positions of its entries.
    positions: Vec<usize>,
    number: usize,
}

impl SendQueue {
    pub(crate) fn new(entries: Vec<PendingEntry>) -> Self {
        Self {
            pending: entries.into_iter().map(Pending::new).enumerate().collect(),
            published: 0,
            requests: Requests::default(),
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
            .into_values()
            .map(|pending| pending.entry)
            .collect()
    }

    /// Returns the next request. It has the first entry of each partition, up to the limits of a request, unless that
    /// entry is on its way. Later entries of a partition wait, so that order is kept. Returns `None` if every first
    /// entry is on its way or was refused too often, or if an answer may let entries follow that fill the request.
    pub(crate) fn next_request(&mut self) -> Option<Request> {
        let positions = self.next_positions();
        if positions.is_empty() {
            return None;
        }
        for position in &positions {
            if let Some(pending) = self.pending.get_mut(position) {
                pending.is_sent = true;
            }
        }
        self.requests.begun += 1;
        Some(Request {
            positions,
            number: self.requests.begun,
        })
    }

    fn next_positions(&self) -> Vec<usize> {
        let (mut positions, mut size) = (Vec::new(), 0);
        let (mut partitions, mut sent_partitions) = (HashSet::new(), HashSet::new());
        let (mut is_full, mut may_be_filled) = (false, false);
        for (position, pending) in &self.pending {
            let partition = pending.entry.partition();
            let is_first = partitions.insert(partition);
            if pending.is_sent {
                sent_partitions.insert(partition);
                continue;
            }
            may_be_filled |= sent_partitions.contains(partition);
            let Some(entry) = pending.entry.entry.as_ref().filter(|_| is_first) else {
                continue;
            };
            if dead_letters::ends_retries(&pending.entry, &pending.refusals) {
                continue;
            }
            if pending.is_alone {
                if positions.is_empty() {
                    return vec![*position];
                }
                continue;
            }
            // The bus itself rejects a single entry that is too large.
            if !positions.is_empty() && size + entry.size() > MAX_BYTES {
                is_full = true;
                continue;
            }
            size += entry.size();
            positions.push(*position);
            if positions.len() == MAX_ENTRIES {
                is_full = true;
                break;
            }
        }
        if may_be_filled && !is_full {
            positions.clear();
        }
        positions
    }

    pub(crate) fn entries(&self, request: &Request) -> Vec<&Entry> {
        let positions = request.positions.iter();
        positions
            .filter_map(|position| self.pending.get(position)?.entry.entry.as_ref())
            .collect()
    }

    /// Records the results of a request. Returns whether a retry of some entries may succeed.
    pub(crate) fn answered(&mut self, request: &Request, results: Vec<EntryResult>) -> bool {
        let since = if results.contains(&EntryResult::Accepted) {
            self.requests.accepted = self.requests.accepted.max(request.number);
            request.number
        } else {
            self.requests.begun + 1
        };
        let silence = std::iter::repeat_with(|| EntryResult::Refused(NO_RESULT.to_owned()));
        let results = results.into_iter().chain(silence);
        let mut is_refused_for_now = false;
        for (position, entry_result) in request.positions.iter().zip(results) {
            match entry_result {
                EntryResult::Accepted => {
                    self.pending.remove(position);
                    self.published += 1;
                }
                EntryResult::Refused(code) => {
                    is_refused_for_now = true;
                    self.refused(*position, code, false, since);
                }
                EntryResult::RefusedForGood(code) => self.refused(*position, code, true, since),
            }
        }
        is_refused_for_now
    }

    /// Handles a request that the bus rejected without naming an entry. Each of its entries is then sent
    /// alone. An entry that was already alone is refused permanently.
    pub(crate) fn rejected(&mut self, request: &Request, code: Code) {
        if let [position] = request.positions.as_slice() {
            self.refused(*position, code, true, self.requests.begun + 1);
            return;
        }
        for position in &request.positions {
            if let Some(pending) = self.pending.get_mut(position) {
                pending.is_alone = true;
                pending.is_sent = false;
            }
        }
    }

    fn refused(&mut self, position: usize, code: Code, is_final: bool, since: usize) {
        if let Some(pending) = self.pending.get_mut(&position) {
            pending.is_sent = false;
            pending.refusals.add(code, is_final, since);
        }
    }

    /// Returns the first entry and its code, if it is dead-lettered. Entries behind it wait, because the stream
    /// repeats everything from the first entry that is left.
    pub(crate) fn dead_letter(&self) -> Option<(&PendingEntry, &str)> {
        let (_, first) = self.pending.first_key_value()?;
        let code = dead_letters::code(&first.entry, &first.refusals, self.requests)?;
        Some((&first.entry, code))
    }

    /// Removes the first entry, which is stored in the dead-letter queue.
    pub(crate) fn remove_first(&mut self) {
        self.pending.pop_first();
    }

    /// Returns the code of the first entry's last refusal.
    pub(crate) fn refusal(&self) -> &str {
        let first = self.pending.first_key_value();
        first
            .and_then(|(_, first)| first.refusals.last_code())
            .unwrap_or(NO_RESULT)
    }
}

impl Pending {
    fn new(entry: PendingEntry) -> Self {
        Self {
            entry,
            refusals: Refusals::default(),
            is_sent: false,
            is_alone: false,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
