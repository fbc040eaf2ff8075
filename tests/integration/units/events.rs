//! The cost of an event, from its delivery to the item's row.

use harness::{EventBus, Queue};
use jiff::SignedDuration;
use runtime::clock::now;
use serde_json::json;
use store::{Limited, MAX_DELETIONS};
use tests::deployment::in_a_minute;
use tests::publishing::{BUS, apps};
use tests::{sample, stream};

use super::{Metered, USER};

/// The number of shards of the schedule's index.
const SHARDS: usize = 64;

/// The read of a batch with one item: its row, and the pace, of which there is no row.
const BATCH_READ: &str = "BatchGetItem ItemTable and LimitTable: 1.5 read";
/// The read of whether any user is erased, before an item gets an owner.
const ERASURES_READ: &str = "GetItem LimitTable: 1 read";

#[tokio::test]
async fn an_event_costs_one_write_unit_at_intake_and_so_does_its_duplicate() {
    let metered = Metered::start().await;
    let event = sample::json("webhook/transactions-created.json");
    let body = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();

    metered.deliver_body(&body).await;
    let first = metered.take();
    metered.deliver_body(&body).await;
    let second = metered.take();

    assert_eq!(first, ["PutItem EventTable: 1 write"]);
    assert_eq!(second, ["PutItem EventTable: 1 write"]);
}

#[tokio::test]
async fn the_first_fetch_of_an_item_reads_twice_and_enters_both_indexes() {
    let metered = Metered::start().await;
    metered.known().await;
    metered.connect().await;

    metered.sync().await;

    assert_eq!(
        metered.take(),
        [
            BATCH_READ,
            ERASURES_READ,
            "PutItem ItemTable: 1 write, 2 index"
        ]
    );
}

#[tokio::test]
async fn a_fetch_of_a_settled_item_moves_its_due_time_once_in_an_hour() {
    let metered = Metered::start().await;
    let item_id = metered.known().await;
    let items = metered.deployment.tables.item_store();
    let row = items.get(item_id).await.unwrap().unwrap();
    let planned = row.schedule.next_fetch_at.unwrap();
    // From here on, the next fetch an hour later is not more than a day ahead.
    let turn = planned - SignedDuration::from_hours(23);
    let fetch = async |seconds| {
        let time = turn + SignedDuration::from_secs(seconds);
        metered.fetch(item_id, time).await
    };

    let (first, second, third) = (fetch(1).await, fetch(5).await, fetch(300).await);

    let read = BATCH_READ;
    assert_eq!(first, [read, "PutItem ItemTable: 1 write, 2 index"]);
    assert_eq!(second, [read, "PutItem ItemTable: 1 write"]);
    assert_eq!(third, [read, "PutItem ItemTable: 1 write"]);
}

#[tokio::test]
async fn an_event_received_before_the_last_fetch_costs_the_read_of_its_batch() {
    let metered = Metered::start().await;
    let item_id = metered.connect().await;
    metered.sync_again_later().await;
    metered.deliver("transactions/created", item_id).await;

    metered.sync_again_later().await;

    assert_eq!(metered.take(), [BATCH_READ]);
}

#[tokio::test]
async fn publishing_costs_a_read_in_20_seconds_and_since_the_first_erasure_one_of_each_user_and_item()
 {
    let metered = Metered::start().await;
    let tables = &metered.deployment.tables;
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let queue = Queue::start("publish-dead-letters", 1).await.unwrap();
    let (app, _) = apps(tables, &bus.url(), &queue.url());
    metered.connect().await;
    let rows = tables.event_rows().await;
    metered.take();
    let began = now();
    let publish = async |seconds| {
        let batch = stream::batch(&rows);
        let at = began + SignedDuration::from_secs(seconds);
        let answer = publish::handle(&app, batch, at, in_a_minute()).await;
        assert_eq!(answer.batch_item_failures, []);
        metered.take()
    };

    let before = [publish(0).await, publish(19).await, publish(20).await];
    let erasures = tables.erasure_store();
    let other_user = erasures.hmac(&"usr_2".parse().unwrap()).await.unwrap();
    erasures.mark_user(&other_user, began).await.unwrap();
    metered.take();
    let after = [publish(40).await, publish(41).await];

    let markers = "BatchGetItem LimitTable: 2 read".to_owned();
    assert_eq!(
        before,
        [
            vec![ERASURES_READ.to_owned()],
            vec![],
            vec![ERASURES_READ.to_owned()]
        ]
    );
    assert_eq!(
        after,
        [
            vec![ERASURES_READ.to_owned(), markers.clone()],
            vec![markers]
        ]
    );
    assert_eq!(bus.published().len(), 5);
}

#[tokio::test]
async fn a_connectors_event_costs_a_read_and_a_write_that_moves_its_due_time() {
    let metered = Metered::start().await;
    metered.known().await;
    let body = |id: &str| json!({"event": "connector/status_updated", "eventId": id, "connectorId": 2, "data": {}});
    metered.deliver_body(&body("first")).await;
    metered.sync().await;
    metered.deliver_body(&body("second")).await;

    metered.sync().await;

    assert_eq!(
        metered.take(),
        [
            "BatchGetItem LimitTable: 0.5 read",
            "GetItem ItemTable: 1 read",
            "PutItem ItemTable: 1 write, 2 index",
        ]
    );
}

#[tokio::test]
async fn a_hint_costs_two_write_units_one_without_a_token_and_any_other_event_nothing() {
    let metered = Metered::start().await;
    let relay = async |path: &str| {
        let event = sample::json(path);
        let request = sample::request_of(&event);
        let app = metered.deployment.connect_events();
        let answer = connect_events::handle(&app, request, now()).await;
        assert_eq!(answer.status(), 202);
        metered.take()
    };

    let without_item = relay("connect-events/on-open.json").await;
    let over_quota = relay("connect-events/on-success.json").await;
    metered.deployment.tables.count_tokens(USER, 1, now()).await;
    metered.take();
    let hint = relay("connect-events/on-success.json").await;
    let repeated = relay("connect-events/on-success.json").await;

    assert!(without_item.is_empty(), "{without_item:?}");
    let [counted, stored] = [
        "UpdateItem LimitTable: 1 write",
        "PutItem EventTable: 1 write",
    ];
    assert_eq!(over_quota, [counted]);
    assert_eq!(hint, [counted, stored]);
    assert_eq!(repeated, [counted, stored]);
}

#[tokio::test]
async fn a_run_of_the_scheduler_costs_half_a_read_unit_a_shard_and_for_the_pace_and_each_fetch_one_write_unit()
 {
    let metered = Metered::start().await;
    metered.known().await;
    metered.known().await;
    let run = async |at| {
        let app = metered.deployment.scheduler();
        let run = scheduler::handle(&app, at, in_a_minute()).await.unwrap();
        (run.requested, metered.take())
    };

    let idle = run(now()).await;
    let due = run(now() + SignedDuration::from_hours(25)).await;

    let mut reads = vec!["Query ItemTable: 0.5 read".to_owned(); SHARDS];
    reads.insert(0, "GetItem LimitTable: 0.5 read".to_owned());
    let requests = vec!["PutItem EventTable: 1 write".to_owned(); 2];
    assert_eq!(idle, (0, reads.clone()));
    assert_eq!(due, (2, [reads, requests].concat()));
}

#[tokio::test]
async fn a_disconnection_costs_a_read_and_three_write_units_and_a_refusal_one() {
    let metered = Metered::start().await;
    let item_id = metered.known().await;
    let app = metered.deployment.disconnect();
    let request = || sample::delete_item(USER, &item_id.to_string());
    let at = now();

    let answer = disconnect::handle(&app, request(), at).await;

    assert_eq!(answer.status(), 204);
    assert_eq!(
        metered.take(),
        [
            "GetItem ItemTable: 1 read",
            "UpdateItem LimitTable: 1 write",
            "PutItem EventTable: 1 write",
            "GetItem CredentialTable: 1 read",
            "PutItem EventTable: 1 write",
        ]
    );
    let limits = metered.deployment.tables.limit_store();
    // One is marked.
    for _ in 0..MAX_DELETIONS {
        let user = USER.parse().unwrap();
        limits.count(&user, Limited::Deletion, at).await.unwrap();
    }
    metered.take();

    let refused = disconnect::handle(&app, request(), at).await;

    assert_eq!(refused.status(), 429);
    assert_eq!(
        metered.take(),
        [
            "GetItem ItemTable: 1 read",
            "UpdateItem LimitTable: 1 write"
        ]
    );
}
