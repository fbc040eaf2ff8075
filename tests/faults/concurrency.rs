//! Concurrency as a dimension of faults: batches of one item, and batches of more items than item-sync fetches at a time.
//! What must hold after each invocation is checked here, whatever fails.

use std::fmt;

use harness::{Answer, Fed, Function, Outcome, StreamMapping};
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::Value;
use store::{StoredItem, schema};
use tests::stream;

use crate::figures::Figures;
use crate::stack::{MAPPING, Stack};

/// The beginning of the paths of the fetches of items.
pub(crate) const FETCHES: &str = "/items/";
/// The longest wait for a fetch that a batch did not make or that failed for the first time, and a minute more.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(61);

/// The number of calls to Pluggy that a batch has in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concurrency {
    /// A batch has one item.
    One,
    /// A batch has more items than item-sync fetches at a time.
    Full,
}

impl Concurrency {
    pub(crate) const ALL: [Self; 2] = [Self::One, Self::Full];

    /// Returns the number of items of a proof: a full batch of items, or so many batches of one.
    pub(crate) fn items(self, batches_of_one: usize) -> usize {
        match self {
            Self::One => batches_of_one,
            Self::Full => MAPPING.batch_size,
        }
    }

    /// Returns the number of calls that a batch has in flight.
    pub(crate) fn calls(self) -> usize {
        match self {
            Self::One => 1,
            Self::Full => item_sync::FETCHES_AT_A_TIME,
        }
    }

    /// Returns the mapping that feeds these batches.
    pub(crate) fn mapping(self) -> StreamMapping {
        let batch_size = match self {
            Self::One => 1,
            Self::Full => MAPPING.batch_size,
        };
        StreamMapping {
            batch_size,
            ..MAPPING
        }
    }

    /// Returns the figures of a class of proofs, with the most calls that were in flight. Fails if these are not as many as
    /// this concurrency means.
    pub(crate) fn figures(self, class: &str, stack: &Stack) -> Figures {
        let most = stack.pluggy.most_in_flight();
        match self {
            Self::One => assert_eq!(most, 1),
            // A call that the function has given up may end after the next one begins.
            Self::Full => assert!(most >= item_sync::FETCHES_AT_A_TIME, "{most}"),
        }
        Figures::of(format!("{class}, {self}")).with("most calls in flight", most)
    }
}

impl fmt::Display for Concurrency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at a time", self.calls())
    }
}

impl Stack {
    /// Feeds the new rows of the event table to item-sync. The first calls reach Pluggy when as many are in flight as a batch
    /// of this concurrency can have.
    pub(crate) async fn feed_in_flight(
        &self,
        concurrency: Concurrency,
        item_sync: &Function,
    ) -> Fed {
        let records = stream::records(&self.new_rows().await);
        let mapping = concurrency.mapping();
        self.feed_records(mapping, concurrency, item_sync, &records)
            .await
    }

    /// Feeds records to item-sync like [`Self::feed_in_flight`], with another mapping.
    pub(crate) async fn feed_records(
        &self,
        mapping: StreamMapping,
        concurrency: Concurrency,
        item_sync: &Function,
        records: &[Value],
    ) -> Fed {
        self.pluggy.hold(FETCHES);
        let mut feeding = Box::pin(self.feed_checked(mapping, item_sync, records));
        let fed = tokio::select! {
            fed = &mut feeding => Some(fed),
            () = self.pluggy.held(concurrency.calls()) => None,
        };
        self.pluggy.release();
        match fed {
            Some(fed) => fed,
            None => feeding.await,
        }
    }

    /// Feeds records to item-sync, and checks each invocation.
    pub(crate) async fn feed_checked(
        &self,
        mapping: StreamMapping,
        item_sync: &Function,
        records: &[Value],
    ) -> Fed {
        let check = async |answer: &Answer, handled: &[Value]| {
            self.check_invocation(item_sync, answer, handled).await;
        };
        let fed = mapping.feed_and_check(item_sync, records, check).await;
        fed.unwrap()
    }

    /// Runs one tick of scheduler, and feeds the result to item-sync in batches of this concurrency.
    pub(crate) async fn tick_at(
        &self,
        concurrency: Concurrency,
        scheduler: &Function,
        item_sync: &Function,
    ) -> Fed {
        self.schedule(scheduler).await;
        let records = stream::records(&self.new_rows().await);
        self.feed_checked(concurrency.mapping(), item_sync, &records)
            .await
    }

    /// Checks after an invocation that every record which the stream does not repeat is visible in its row, and that the
    /// process sends nothing after its response. Returns when Pluggy has no call of the invocation any more.
    async fn check_invocation(&self, item_sync: &Function, answer: &Answer, handled: &[Value]) {
        let sent = || {
            (
                self.dynamodb.exchanges().len(),
                self.pluggy.exchanges().len(),
            )
        };
        let before = sent();
        self.pluggy.none_in_flight().await;
        if !matches!(answer.outcome, Outcome::Response(_)) {
            return;
        }
        for record in handled {
            let (item_id, received_at) = target(record);
            let row = self.row(item_id).await;
            assert!(
                row.as_ref().is_some_and(|row| shows(row, received_at)),
                "a handled record is not visible: {record}, {row:?}"
            );
        }
        item_sync.idle().await;
        assert_eq!(sent(), before, "requests after the response");
    }
}

/// Returns the item that a record is about, and when we received the event.
pub(crate) fn target(record: &Value) -> (ItemId, Timestamp) {
    let image = &record["dynamodb"]["NewImage"];
    let key = image[schema::PARTITION_KEY]["S"].as_str().unwrap();
    let item_id = key.strip_prefix(schema::ITEM_PREFIX).unwrap();
    let received_at: i64 = image["receivedAt"]["N"].as_str().unwrap().parse().unwrap();
    (
        item_id.parse().unwrap(),
        Timestamp::from_millisecond(received_at).unwrap(),
    )
}

/// Returns whether a row shows an event: the item was fetched since, or a fetch is planned because of it.
fn shows(row: &StoredItem, received_at: Timestamp) -> bool {
    let is_planned = |at| at <= now() + LONGEST_WAIT;
    is_fetched_since(row, received_at) || row.schedule.next_fetch_at.is_some_and(is_planned)
}

/// Returns whether a row has a response of Pluggy's from after an event.
pub(crate) fn is_fetched_since(row: &StoredItem, received_at: Timestamp) -> bool {
    let snapshot = row.snapshot();
    snapshot.is_some_and(|snapshot| snapshot.fetched_at >= received_at)
}
