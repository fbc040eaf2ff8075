//! Cache of the connector rows that this process has just read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::StoredConnector;
use pluggy::ConnectorId;

/// Maximum age of an entry. Health is shown for hours, so one more minute makes no difference.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Maximum number of entries. It covers the institutions of most users and is small enough for a linear
/// search.
const CAPACITY: usize = 64;

/// Cached rows by connector, mostly the absence of a row. Clones share the cache.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentConnectors(Arc<Mutex<HashMap<ConnectorId, Read>>>);

#[derive(Debug)]
struct Read {
    row: Option<StoredConnector>,
    at: Timestamp,
}

impl RecentConnectors {
    /// Returns the cached rows of `ids`, and the ids without a cache entry at `now`.
    pub(super) fn of(
        &self,
        ids: impl IntoIterator<Item = ConnectorId>,
        now: Timestamp,
    ) -> (HashMap<ConnectorId, StoredConnector>, Vec<ConnectorId>) {
        let reads = self.lock();
        let (mut known, mut unknown) = (HashMap::new(), Vec::new());
        for id in ids {
            match reads.get(&id).filter(|read| read.is_recent(now)) {
                Some(Read { row: Some(row), .. }) => {
                    known.insert(id, row.clone());
                }
                Some(Read { row: None, .. }) => {}
                None => unknown.push(id),
            }
        }
        (known, unknown)
    }

    /// Caches that `rows` existed at `now` or later, and no rows of the other `ids`.
    pub(super) fn remember(
        &self,
        ids: &[ConnectorId],
        rows: &HashMap<ConnectorId, StoredConnector>,
        now: Timestamp,
    ) {
        let mut reads = self.lock();
        for id in ids {
            let row = rows.get(id).cloned();
            reads.insert(*id, Read { row, at: now });
            if reads.len() > CAPACITY {
                forget_oldest(&mut reads);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectorId, Read>> {
        // Each entry is complete, even if a thread panicked while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read {
    /// Whether the entry is recent. A clock that was set back makes no entry recent.
    fn is_recent(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        !age.is_negative() && age < REMEMBERED_FOR
    }
}

fn forget_oldest(reads: &mut HashMap<ConnectorId, Read>) {
    let oldest = reads.iter().min_by_key(|(_, read)| read.at);
    if let Some(id) = oldest.map(|(id, _)| *id) {
        reads.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn row(id: ConnectorId) -> StoredConnector {
        StoredConnector {
            id,
            connector: None,
            fetched_at: None,
            missing_since: None,
            next_fetch_at: None,
            fetch_failures: 0,
        }
    }

    #[test]
    fn what_was_read_and_what_there_is_not_is_known_for_a_minute() {
        let recent = RecentConnectors::default();
        let rows = HashMap::from([(201, row(201))]);
        recent.remember(&[201, 202], &rows, at(0));

        for (second, unknown) in [
            (0, vec![203]),
            (59, vec![203]),
            (60, vec![201, 202, 203]),
            (-1, vec![201, 202, 203]),
        ] {
            let known = match unknown.len() {
                1 => rows.clone(),
                _ => HashMap::new(),
            };
            assert_eq!(recent.of([201, 202, 203], at(second)), (known, unknown));
        }
    }

    #[test]
    fn a_newer_read_takes_the_place_of_an_older_one() {
        let recent = RecentConnectors::default();
        recent.remember(&[201], &HashMap::from([(201, row(201))]), at(0));

        recent.remember(&[201], &HashMap::new(), at(50));

        assert_eq!(recent.of([201], at(100)), (HashMap::new(), vec![]));
    }

    #[test]
    fn only_so_many_are_known_and_the_oldest_is_forgotten() {
        let recent = RecentConnectors::default();
        let last = ConnectorId::try_from(CAPACITY).unwrap();
        for id in 0..=last {
            recent.remember(&[id], &HashMap::new(), at(id / 4));
        }

        let (_, unknown) = recent.of(0..=last, at(last / 4));

        assert_eq!(recent.lock().len(), CAPACITY);
        assert!(
            matches!(unknown.as_slice(), [id] if *id < 4),
            "of those of the first second: {unknown:?}"
        );
    }
}
