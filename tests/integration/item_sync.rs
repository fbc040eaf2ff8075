//! item-sync, from a batch of the stream to the item's row.

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ProvisionedThroughputExceededException;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Effect, Fault, Switches};
use serde_json::{Value, json};
use shared::clock::now;
use shared::pluggy::ItemId;
use shared::store::{EventKey, Items, NewEvent, Origin, StoredItem};
use tests::deployment::in_a_minute;
use tests::{Deployment, sample, stream};
use tokio::time::Instant;

const USER: &str = "usr_01J9X";

fn event(name: &str, event_id: &str, item_id: ItemId) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": USER})
}

async fn row(deployment: &Deployment, item_id: ItemId) -> Option<StoredItem> {
    deployment.tables.item_store().get(item_id).await.unwrap()
}

fn reads_of(deployment: &Deployment, item_id: ItemId) -> usize {
    deployment.requests_for("GET", &format!("/items/{item_id}"))
}

fn fault(effect: Effect) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    }
}

fn unavailable() -> Fault {
    fault(Effect::Status {
        status: 500,
        code_description: None,
    })
}

fn gone() -> Fault {
    fault(Effect::Status {
        status: 404,
        code_description: Some("ITEM_NOT_FOUND".to_owned()),
    })
}

/// Another process handles the whole event table `later`, from an instance that has been idle so
/// long.
async fn sync_later(deployment: &Deployment, later: SignedDuration) {
    let batch = stream::batch(&deployment.tables.event_rows().await);
    let answer = item_sync::handle(
        &deployment.item_sync(),
        &batch,
        now() + later,
        in_a_minute(),
    )
    .await;
    assert_eq!(answer.batch_item_failures, []);
}

async fn ask_for_check(deployment: &Deployment, item_id: ItemId, after: SignedDuration) {
    let check = NewEvent {
        key: EventKey::of_item(item_id, "check-1"),
        name: "check".to_owned(),
        received_at: now() + after,
        origin: Origin::Check,
        body: None,
        quarantine: None,
    };
    deployment
        .tables
        .event_store()
        .insert(&check)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_batch_costs_one_read_for_each_item() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    for (number, name) in [
        "item/login_succeeded",
        "item/created",
        "transactions/created",
    ]
    .iter()
    .enumerate()
    {
        deployment
            .deliver(&event(name, &number.to_string(), item_id))
            .await;
    }
    let before = reads_of(&deployment, item_id);

    deployment.sync_all().await;

    assert_eq!(reads_of(&deployment, item_id) - before, 1);
    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.owner.unwrap().as_str(), USER);
    assert!(stored.schedule.check_at.unwrap() > now());
    assert_eq!(stored.reading.unwrap().item.status.as_str(), "UPDATED");
}

#[tokio::test]
async fn events_that_came_before_the_last_read_cost_no_read() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    let before = reads_of(&deployment, item_id);

    deployment.sync_all().await;

    assert_eq!(reads_of(&deployment, item_id), before);
}

#[tokio::test]
async fn the_owner_comes_from_the_event_where_the_answer_has_none() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;

    deployment.sync_all().await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .owner
            .unwrap()
            .as_str(),
        USER
    );
}

#[tokio::test]
async fn an_event_that_brings_the_owner_is_not_skipped() {
    let deployment = Deployment::start().await;
    let switches = Switches {
        omit_client_user_id: true,
        ..Switches::default()
    };
    deployment.pluggy.set_switches(switches);
    let item_id = deployment.connect(USER, "user-ok").await;
    let nameless = json!({"event": "transactions/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&nameless).await;
    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    assert_eq!(row(&deployment, item_id).await.unwrap().owner, None);

    deployment
        .deliver(&event("item/created", "2", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_secs(11)).await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .owner
            .unwrap()
            .as_str(),
        USER
    );
}

#[tokio::test]
async fn an_answer_that_contradicts_the_event_is_checked_soon() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    let settled = row(&deployment, item_id).await.unwrap().schedule;
    assert!(settled.check_at.unwrap() > now() + SignedDuration::from_mins(5));

    deployment.deliver(&event("item/error", "2", item_id)).await;
    deployment.sync_all().await;

    let schedule = row(&deployment, item_id).await.unwrap().schedule;
    assert_eq!(schedule.rechecks, 1);
    assert!(schedule.check_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

#[tokio::test]
async fn a_dropped_answer_is_checked_soon() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    let newer = now() + SignedDuration::from_hours(1);
    let version = AttributeValue::N(newer.as_millisecond().to_string());
    deployment
        .tables
        .client
        .update_item()
        .table_name(&deployment.tables.items)
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET version = :version")
        .expression_attribute_values(":version", version)
        .send()
        .await
        .unwrap();

    deployment
        .deliver(&event("item/updated", "2", item_id))
        .await;
    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (stored.reading.unwrap().version(), stored.schedule.rechecks),
        (Some(round(newer)), 1)
    );
    assert!(stored.schedule.check_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

/// To the millisecond, as rows have it.
fn round(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap()
}

#[tokio::test]
async fn a_row_that_cannot_be_read_holds_up_no_neighbor() {
    let deployment = Deployment::start().await;
    let [broken, healthy] = [
        deployment.connect(USER, "user-ok").await,
        deployment.connect(USER, "user-ok").await,
    ];
    for (item_id, number) in [(broken, "1"), (healthy, "2")] {
        deployment
            .deliver(&event("item/created", number, item_id))
            .await;
    }
    let row_of_the_future = deployment
        .tables
        .client
        .put_item()
        .table_name(&deployment.tables.items)
        .item("pk", AttributeValue::S(format!("ITEM#{broken}")))
        .item("createdAt", AttributeValue::S("soon".to_owned()));
    row_of_the_future.send().await.unwrap();

    deployment.sync_all().await;

    assert!(row(&deployment, healthy).await.unwrap().reading.is_some());
    let due = now() + SignedDuration::from_mins(1);
    let due = deployment
        .tables
        .item_store()
        .due(due, 10, None)
        .await
        .unwrap()
        .items;
    assert!(
        due.iter().any(|item| item.item_id == broken),
        "it comes back by its schedule"
    );
}

#[tokio::test]
async fn an_event_of_a_deleted_item_is_kept_while_pluggy_is_down() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;
    deployment.pluggy.add_fault(gone());
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();
    deployment.pluggy.add_fault(unavailable());
    deployment
        .deliver(&event("item/updated", "3", item_id))
        .await;

    deployment.sync_all().await;
    let tombstone = row(&deployment, item_id).await.unwrap();
    assert!(tombstone.deleted_at.is_some() && tombstone.owner.is_none());
    assert!(tombstone.schedule.check_at.is_some());

    deployment.pluggy.clear_faults();
    deployment.pluggy.add_fault(gone());
    sync_later(&deployment, SignedDuration::from_mins(1)).await;
    let tombstone = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (tombstone.deleted_at.is_some(), tombstone.schedule.check_at),
        (true, None)
    );
}

#[tokio::test]
async fn the_first_owner_stays() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;

    deployment
        .deliver(&json!({"event": "item/updated", "eventId": "2", "itemId": item_id, "clientUserId": "usr_2"}))
        .await;
    deployment.sync_all().await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .owner
            .unwrap()
            .as_str(),
        USER
    );
    assert_eq!(deployment.status_of("usr_2", item_id).await.0, 404);
}

#[tokio::test]
async fn a_first_read_that_fails_leaves_a_shell_that_its_owner_sees_as_connecting() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());

    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!((stored.schedule.sync_failures, &stored.reading), (1, &None));
    let wait = stored.schedule.check_at.unwrap().duration_since(now());
    assert!(
        wait > SignedDuration::ZERO && wait <= SignedDuration::from_secs(30),
        "{wait}"
    );
    let (status, item) = deployment.status_of(USER, item_id).await;
    assert_eq!((status, item["phase"].as_str()), (200, Some("connecting")));

    deployment.pluggy.clear_faults();
    deployment.sync_all().await;
    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (stored.schedule.sync_failures, stored.reading.is_some()),
        (0, true)
    );
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment
        .pluggy
        .add_fault(fault(Effect::RateLimited { reset_seconds: 600 }));

    deployment.sync_all().await;

    let check_at = row(&deployment, item_id)
        .await
        .unwrap()
        .schedule
        .check_at
        .unwrap();
    assert!(check_at.duration_since(now()) > SignedDuration::from_secs(590));
}

#[tokio::test]
async fn after_three_refusals_the_rest_of_a_batch_is_put_back_unread() {
    let deployment = Deployment::start().await;
    let mut items = Vec::new();
    for number in 0..5 {
        let item_id: ItemId = format!("9a7b6c5d-0000-4000-8000-00000000000{number}")
            .parse()
            .unwrap();
        deployment
            .deliver(&event("item/updated", "1", item_id))
            .await;
        items.push(item_id);
    }
    deployment.pluggy.add_fault(unavailable());

    deployment.sync_all().await;

    let reads: usize = items
        .iter()
        .map(|item_id| reads_of(&deployment, *item_id))
        .sum();
    assert_eq!(reads, 3);
    for item_id in items {
        assert!(
            row(&deployment, item_id)
                .await
                .unwrap()
                .schedule
                .check_at
                .is_some()
        );
    }
}

#[tokio::test]
async fn a_batch_that_runs_out_of_time_calls_pluggy_no_more() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    let before = reads_of(&deployment, item_id);

    let batch = stream::batch(&deployment.tables.event_rows().await);
    item_sync::handle(&deployment.item_sync(), &batch, now(), Instant::now()).await;

    assert_eq!(reads_of(&deployment, item_id), before);
    assert!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .schedule
            .check_at
            .is_some()
    );
}

#[tokio::test]
async fn a_404_alone_deletes_nothing_and_a_second_one_an_hour_later_does() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment.pluggy.add_fault(gone());

    let minute = SignedDuration::from_mins(1);
    ask_for_check(&deployment, item_id, minute).await;
    sync_later(&deployment, minute).await;
    let suspect = row(&deployment, item_id).await.unwrap();
    assert!(suspect.schedule.missing_since.is_some() && suspect.deleted_at.is_none());
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);

    sync_later(&deployment, SignedDuration::from_mins(62)).await;
    assert!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .deleted_at
            .is_some()
    );
    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
}

#[tokio::test]
async fn a_deletion_event_and_a_404_delete_at_once() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;

    deployment.sync_all().await;
    assert!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .deleted_at
            .is_none(),
        "pluggy still has it"
    );

    deployment.pluggy.add_fault(gone());
    deployment.sync_all().await;
    assert!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .deleted_at
            .is_some()
    );
}

#[tokio::test]
async fn a_refused_write_is_reported_and_its_neighbors_are_not() {
    let deployment = Deployment::start().await;
    let [one, other] = [
        deployment.connect(USER, "user-ok").await,
        deployment.connect(USER, "user-ok").await,
    ];
    for item_id in [one, other] {
        deployment
            .deliver(&event("item/created", &item_id.to_string(), item_id))
            .await;
    }
    let batch = stream::batch(&deployment.tables.event_rows().await);
    let refused = refusing_puts_of(&batch);

    let app = item_sync::App {
        pluggy: deployment.pluggy_client(),
        items: refused,
    };
    let answer = item_sync::handle(&app, &batch, now(), in_a_minute()).await;

    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.clone())
        .collect();
    assert_eq!(failed, [Some(stream::sequence_number(0))]);
}

/// An item table that is empty, takes every row but that of the batch's first record, and throttles
/// that one.
fn refusing_puts_of(batch: &Event) -> Items {
    let keys = &batch.records[0].change.keys;
    let serde_dynamo::AttributeValue::S(refused) = &keys["pk"] else {
        panic!("{keys:?}");
    };
    let (refused, taken) = (refused.clone(), refused.clone());
    let key_of = |put: &aws_sdk_dynamodb::operation::put_item::PutItemInput| {
        put.item().unwrap()["pk"].as_s().unwrap().clone()
    };
    let throttled = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(move |put| key_of(put) == refused)
        .then_error(|| {
            let error = ProvisionedThroughputExceededException::builder().build();
            PutItemError::ProvisionedThroughputExceededException(error)
        });
    let done = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(move |put| key_of(put) != taken)
        .then_output(|| aws_sdk_dynamodb::operation::put_item::PutItemOutput::builder().build());
    let empty = mock!(aws_sdk_dynamodb::Client::get_item)
        .then_output(|| aws_sdk_dynamodb::operation::get_item::GetItemOutput::builder().build());
    let client = mock_client!(
        aws_sdk_dynamodb,
        RuleMode::MatchAny,
        [&throttled, &done, &empty]
    );
    Items::new(client, "items".to_owned())
}

#[tokio::test]
async fn a_quarantined_record_asks_pluggy_nothing() {
    let deployment = Deployment::start().await;
    let batch = serde_json::from_value(sample::json("item-sync/quarantined.json")).unwrap();

    let answer = item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;

    assert_eq!(answer.batch_item_failures, []);
    assert_eq!(deployment.pluggy.requests().len(), 0);
    assert!(
        deployment
            .tables
            .rows(&deployment.tables.items)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn the_sample_batches_are_read_as_dynamodb_writes_them() {
    let deployment = Deployment::start().await;

    for (sample, items) in [
        ("one-item-many-events", 1),
        ("two-items", 2),
        ("check", 1),
        ("deleted", 1),
        ("unreadable-row", 1),
    ] {
        let before = deployment
            .pluggy
            .requests()
            .iter()
            .filter(|request| request.path.starts_with("/items/"))
            .count();
        let batch =
            serde_json::from_value(sample::json(&format!("item-sync/{sample}.json"))).unwrap();

        let answer = item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;

        assert_eq!(answer.batch_item_failures, [], "{sample}");
        let after = deployment
            .pluggy
            .requests()
            .iter()
            .filter(|request| request.path.starts_with("/items/"))
            .count();
        assert_eq!(after - before, items, "{sample}");
    }
}
