//! Fetches that are due, from all shards of the schedule, oldest first.

use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::attributes::{Reader, Row, required, text, time};
use super::error::unavailable;
use super::fetch_shard::fetch_shards;
use super::items::logged;
use super::schema::{BY_NEXT_FETCH, NEXT_FETCH_AT, PARTITION_KEY};
use super::{Error, Items, Target};

/// Rows of one shard of the schedule that one query reads.
const SHARD_PAGE: i32 = 100;
/// Shards of the schedule that are read in parallel. Each takes a connection.
const CONCURRENT_SHARDS: usize = 16;
/// Operation of the schedule's queries, in errors.
const QUERY_DUE: &str = "query the fetches that are due";

/// A fetch that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueFetch {
    /// What to fetch.
    pub target: Target,
    /// When it became due.
    pub next_fetch_at: Timestamp,
}

/// Due fetches.
#[derive(Debug)]
pub struct DueFetches {
    /// The fetches, oldest first.
    pub fetches: Vec<DueFetch>,
    /// Why a shard of the schedule could not be read, or not to its end, if so. Its other fetches are missing.
    pub failure: Option<Error>,
}

impl Items {
    /// Returns up to `limit` fetches that are due at `now`, the oldest of all shards first.
    ///
    /// Reads all shards in parallel until `end`. One that is unreadable or slow does not hide the others.
    pub async fn due(&self, now: Timestamp, limit: usize, end: Instant) -> DueFetches {
        let mut merge = ShardMerge::new(limit);
        let reading = self.read_shards(&mut merge, now);
        if timeout_at(end, reading).await.is_err() {
            merge.add(Err(Error::Unavailable {
                operation: QUERY_DUE,
                reason: "no answer in time".to_owned(),
            }));
        }
        merge.finish()
    }

    async fn read_shards(&self, merge: &mut ShardMerge, now: Timestamp) {
        while !merge.is_complete() {
            let unread = merge.take_unread();
            let reads = unread.into_iter().map(|shard| self.read_shard(shard, now));
            let mut pages = futures_util::stream::iter(reads).buffer_unordered(CONCURRENT_SHARDS);
            while let Some(page) = pages.next().await {
                merge.add(page);
            }
        }
    }

    async fn read_shard(&self, shard: Shard, now: Timestamp) -> Result<ShardPage, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_NEXT_FETCH)
            .key_condition_expression("fetchShard = :fetchShard AND nextFetchAt <= :now")
            .expression_attribute_values(":fetchShard", text(&shard.name))
            .expression_attribute_values(":now", time(now))
            .limit(SHARD_PAGE)
            .set_exclusive_start_key(shard.after)
            .send()
            .await
            .map_err(unavailable(QUERY_DUE))?;
        let rows = answer.items.unwrap_or_default();
        let last = rows
            .last()
            .and_then(|row| Reader(row).time(NEXT_FETCH_AT).ok()?);
        Ok(ShardPage {
            fetches: rows
                .iter()
                .filter_map(|row| logged(due_fetch(row)))
                .collect(),
            next: answer.last_evaluated_key.map(|after| Shard {
                name: shard.name,
                after: Some(after),
                read_until: last,
            }),
        })
    }
}

fn due_fetch(row: &Row) -> Result<DueFetch, Error> {
    let reader = Reader(row);
    let key = reader.text(PARTITION_KEY)?;
    Ok(DueFetch {
        target: required(PARTITION_KEY, key.as_deref().and_then(Target::parse))?,
        next_fetch_at: required(NEXT_FETCH_AT, reader.time(NEXT_FETCH_AT)?)?,
    })
}

/// A shard with unread rows.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    pub(super) name: String,
    /// Key of the last row read.
    pub(super) after: Option<Row>,
    /// Due time of that row. Everything before it was read.
    pub(super) read_until: Option<Timestamp>,
}

/// Result of one query of a shard.
#[derive(Debug)]
pub(super) struct ShardPage {
    pub(super) fetches: Vec<DueFetch>,
    /// The rest of the shard; none if it was read completely.
    pub(super) next: Option<Shard>,
}

/// The fetches read so far from all shards.
#[derive(Debug)]
pub(super) struct ShardMerge {
    limit: usize,
    fetches: Vec<DueFetch>,
    unread: Vec<Shard>,
    failure: Option<Error>,
}

impl ShardMerge {
    pub(super) fn new(limit: usize) -> Self {
        let unread = fetch_shards().map(|name| Shard {
            name,
            after: None,
            read_until: None,
        });
        Self {
            limit,
            fetches: Vec::new(),
            unread: unread.collect(),
            failure: None,
        }
    }

    /// Whether the oldest fetches up to the limit are known. A fetch counts once every shard was read up to
    /// its due time.
    pub(super) fn is_complete(&self) -> bool {
        let Some(read_until) = self.unread.iter().map(|shard| shard.read_until).min() else {
            return true;
        };
        let known = self.fetches.iter();
        known
            .filter(|fetch| Some(fetch.next_fetch_at) <= read_until)
            .count()
            >= self.limit
    }

    /// Takes the shards that were read the least far; they hold back the merge.
    pub(super) fn take_unread(&mut self) -> Vec<Shard> {
        let least = self
            .unread
            .iter()
            .map(|shard| shard.read_until)
            .min()
            .flatten();
        let (taken, left) = std::mem::take(&mut self.unread)
            .into_iter()
            .partition(|shard| shard.read_until <= least);
        self.unread = left;
        taken
    }

    /// Adds the result of a query. If it failed, the rest of that shard is left out.
    pub(super) fn add(&mut self, page: Result<ShardPage, Error>) {
        match page {
            Ok(page) => {
                self.fetches.extend(page.fetches);
                self.unread.extend(page.next);
            }
            Err(error) => self.failure = Some(error),
        }
    }

    pub(super) fn finish(mut self) -> DueFetches {
        self.fetches.sort_by_key(|fetch| fetch.next_fetch_at);
        self.fetches.truncate(self.limit);
        DueFetches {
            fetches: self.fetches,
            failure: self.failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    fn fetch(second: i64) -> DueFetch {
        DueFetch {
            target: Target::Connector(1),
            next_fetch_at: Timestamp::from_second(second).unwrap(),
        }
    }

    fn page(shard: &Shard, seconds: &[i64], has_more: bool) -> ShardPage {
        ShardPage {
            fetches: seconds.iter().copied().map(fetch).collect(),
            next: has_more.then(|| Shard {
                read_until: seconds
                    .last()
                    .copied()
                    .map(|second| fetch(second).next_fetch_at),
                ..shard.clone()
            }),
        }
    }

    /// Returns a merge whose first shard found `first` and has more rows. The second shard found `second`,
    /// and the others found nothing.
    fn merge(limit: usize, first: &[i64], second: &[i64]) -> ShardMerge {
        let mut merge = ShardMerge::new(limit);
        for (number, shard) in merge.take_unread().into_iter().enumerate() {
            merge.add(Ok(match number {
                0 => page(&shard, first, true),
                1 => page(&shard, second, false),
                _ => page(&shard, &[], false),
            }));
        }
        merge
    }

    fn seconds(merge: ShardMerge) -> Vec<i64> {
        let fetches = merge.finish().fetches.into_iter();
        fetches
            .map(|fetch| fetch.next_fetch_at.as_second())
            .collect()
    }

    #[test]
    fn the_oldest_fetches_of_all_shards_come_first() {
        let merge = merge(3, &[1, 4], &[2, 3, 9]);

        assert!(merge.is_complete());
        assert_eq!(seconds(merge), [1, 2, 3]);
    }

    #[test]
    fn a_shard_is_read_on_while_it_may_hold_an_older_fetch() {
        let mut merge = merge(3, &[1], &[5, 6]);
        assert!(!merge.is_complete(), "the first shard may go on with 2");

        let [shard] = &merge.take_unread()[..] else {
            panic!("one shard has more")
        };
        let rest = page(shard, &[2, 3], false);
        merge.add(Ok(rest));

        assert!(merge.is_complete());
        assert_eq!(seconds(merge), [1, 2, 3]);
    }

    #[test]
    fn a_shard_that_cannot_be_read_does_not_hide_the_others() {
        let mut merge = merge(5, &[1], &[2]);
        merge.take_unread();
        merge.add(Err(Error::Corrupt { attribute: "pk" }));

        assert!(merge.is_complete());
        let due = merge.finish();

        assert_eq!(due.fetches, [fetch(1), fetch(2)]);
        assert!(due.failure.is_some());
    }
}
