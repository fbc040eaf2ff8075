//! The job of each function, run once as its caller runs it.

use std::time::Duration;

use harness::{Answer, Function};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::schema;
use tests::sample;
use tokio::time::Instant;
use uuid::Uuid;

use crate::delivery::Posted;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// The timeout in the template.
const SHORT_TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of the functions that wait for Pluggy.
const LONG_TIMEOUT: Duration = Duration::from_secs(15);

/// A function that a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    ConnectEvents,
    ConnectToken,
    Disconnect,
    ItemStatus,
    ItemSync,
    Webhook,
}

/// The result of a job.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// The failure, if the job failed.
    pub(super) error: Option<String>,
    pub(super) took: Duration,
}

impl Job {
    pub(super) const ALL: [Self; 6] = [
        Self::ConnectEvents,
        Self::ConnectToken,
        Self::Disconnect,
        Self::ItemStatus,
        Self::ItemSync,
        Self::Webhook,
    ];

    pub(super) fn function(self) -> &'static str {
        match self {
            Self::ConnectEvents => "connect-events",
            Self::ConnectToken => "connect-token",
            Self::Disconnect => "disconnect",
            Self::ItemStatus => "item-status",
            Self::ItemSync => "item-sync",
            Self::Webhook => "webhook",
        }
    }

    /// Creates the items that this many jobs need.
    pub(super) async fn items(self, stack: &Stack, jobs: usize) -> Vec<ItemId> {
        let count = match self {
            Self::ConnectEvents | Self::Webhook => return Vec::new(),
            Self::Disconnect => jobs,
            Self::ConnectToken | Self::ItemStatus | Self::ItemSync => 1,
        };
        let items = stack.connect(USER, count).await;
        stack
            .store_events("item/created", "first", USER, &items)
            .await;
        let item_sync = stack.function("item-sync").await;
        stack.feed(&item_sync).await;
        items
    }

    /// Runs one job. Each job has another number.
    pub(super) async fn run(
        self,
        stack: &Stack,
        function: &Function,
        items: &[ItemId],
        number: usize,
    ) -> Done {
        let tables = &stack.deployment.tables;
        if matches!(
            self,
            Self::ConnectEvents | Self::ConnectToken | Self::Disconnect
        ) {
            tables.forget_limits().await;
        }
        if self == Self::ConnectEvents {
            tables.count_tokens(USER, 1, now()).await;
        }
        let (event, timeout) = match self {
            Self::ItemSync => return sync(stack, function, items, number).await,
            Self::ConnectEvents => (relayed(number), SHORT_TIMEOUT),
            Self::ConnectToken => (token(items[0]), LONG_TIMEOUT),
            Self::Disconnect => (of_item("disconnect/item.json", items[number]), LONG_TIMEOUT),
            Self::ItemStatus => (of_item("item-status/item.json", items[0]), SHORT_TIMEOUT),
            Self::Webhook => (Posted::number(number).request, SHORT_TIMEOUT),
        };
        let answer = function.invoke(&event, timeout).await.unwrap();
        Done {
            error: (!self.is_answered(&answer, items)).then(|| format!("{answer:?}")),
            took: answer.took,
        }
    }

    fn is_answered(self, answer: &Answer, items: &[ItemId]) -> bool {
        let expected = match self {
            Self::ConnectEvents => 202,
            Self::Disconnect => 204,
            _ => 200,
        };
        let item_id = match self {
            Self::ConnectToken => "/connect/updateItem",
            Self::ItemStatus => "/itemId",
            _ => return answer.status() == expected,
        };
        let body: Value = answer
            .json()
            .and_then(|answer| serde_json::from_str(answer["body"].as_str()?).ok())
            .unwrap_or_default();
        answer.status() == expected && body.pointer(item_id) == Some(&json!(items[0]))
    }

    /// Asserts that no acknowledged work is lost.
    pub(super) async fn check(self, stack: &Stack, items: &[ItemId], jobs: usize) {
        match self {
            Self::ConnectEvents | Self::Webhook => {
                let rows = stack.deployment.tables.event_rows().await;
                assert_eq!(rows.len(), jobs);
            }
            Self::Disconnect => {
                let pluggy = stack.deployment.pluggy_client();
                for item_id in &items[..jobs] {
                    assert!(pluggy.item(*item_id, now()).await.unwrap().is_none());
                }
                let rows = stack.deployment.tables.event_rows().await;
                let asked = rows.iter().filter(|row| {
                    let key = row[schema::SORT_KEY].as_s().unwrap();
                    key.starts_with("#disconnect")
                });
                assert_eq!(asked.count(), 2 * jobs, "asked for, and done");
            }
            Self::ConnectToken | Self::ItemStatus | Self::ItemSync => {}
        }
    }
}

/// Runs item-sync's job: it writes a row as Pluggy has it after the event.
async fn sync(stack: &Stack, function: &Function, items: &[ItemId], number: usize) -> Done {
    let (event_id, before) = (format!("job-{number}"), now());
    stack
        .store_events("item/updated", &event_id, USER, items)
        .await;
    let began = Instant::now();
    let fed = stack.feed(function).await;
    let took = began.elapsed();
    let row = stack.row(items[0]).await.unwrap();
    let fetched_at = row.snapshot().map(|snapshot| snapshot.fetched_at);
    let is_read = fetched_at.is_some_and(|at| at.as_millisecond() >= before.as_millisecond());
    let is_well = is_read && fed.invocations == 1 && row.schedule.fetch_failures == 0;
    Done {
        error: (!is_well).then(|| format!("{fed:?}, read: {is_read}, {:?}", row.schedule)),
        took,
    }
}

/// Returns an event that a frontend relays, each time about another item.
fn relayed(number: usize) -> Vec<u8> {
    let item_id =
        Uuid::from_u128(0x5cee_0000_0000_4000_8000_0000_0000_0000 + number as u128).to_string();
    let event = sample::json("connect-events/on-success.json");
    let mut event = sample::as_user(event, USER);
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    body["item"]["id"] = item_id.into();
    event["body"] = body.to_string().into();
    event.to_string().into_bytes()
}

/// Returns a request for a token to update an item.
fn token(item_id: ItemId) -> Vec<u8> {
    let event = sample::json("connect-token/update-mode.json");
    let mut event = sample::as_user(event, USER);
    event["body"] = json!({ "itemId": item_id }).to_string().into();
    event.to_string().into_bytes()
}

fn of_item(path: &str, item_id: ItemId) -> Vec<u8> {
    let mut event = sample::as_user(sample::json(path), USER);
    event["rawPath"] = format!("/items/{item_id}").into();
    event["pathParameters"]["itemId"] = item_id.to_string().into();
    event.to_string().into_bytes()
}
