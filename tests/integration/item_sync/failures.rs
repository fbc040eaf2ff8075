//! Failures of Pluggy, of DynamoDB and of single rows.

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ProvisionedThroughputExceededException;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Effect;
use store::{Items, Target};
use tests::deployment::in_a_minute;
use tests::{Deployment, stream};
use tokio::time::Instant;

use super::{USER, event, fault, reads_of, row, unavailable};

#[tokio::test]
async fn a_first_fetch_that_fails_leaves_a_placeholder_that_its_owner_sees_as_connecting() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());

    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (stored.schedule.fetch_failures, stored.snapshot()),
        (1, None)
    );
    let wait = stored.schedule.next_fetch_at.unwrap().duration_since(now());
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
        (stored.schedule.fetch_failures, stored.snapshot().is_some()),
        (0, true)
    );
}

#[tokio::test]
async fn a_rate_limit_delays_the_retry() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment
        .pluggy
        .add_fault(fault(Effect::RateLimited { reset_seconds: 600 }));

    deployment.sync_all().await;

    let next_fetch_at = row(&deployment, item_id)
        .await
        .unwrap()
        .schedule
        .next_fetch_at
        .unwrap();
    assert!(next_fetch_at.duration_since(now()) > SignedDuration::from_secs(590));
}

#[tokio::test]
async fn after_three_refusals_no_further_call_of_a_batch_begins() {
    const ITEMS: usize = 90;
    /// The calls that had begun before the third refusal, and those that replaced the first two.
    const MOST_CALLS: usize = 66;
    let deployment = Deployment::start().await;
    let mut items = Vec::new();
    for number in 0..ITEMS {
        let item_id: ItemId = format!("9a7b6c5d-0000-4000-8000-0000000000{number:02}")
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
    assert!(reads <= MOST_CALLS, "{reads}");
    for item_id in items {
        assert!(
            row(&deployment, item_id)
                .await
                .unwrap()
                .schedule
                .next_fetch_at
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
            .next_fetch_at
            .is_some()
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_delays_no_other_row() {
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

    assert!(
        row(&deployment, healthy)
            .await
            .unwrap()
            .snapshot()
            .is_some()
    );
    let due = now() + SignedDuration::from_hours(1);
    let due = deployment
        .tables
        .item_store()
        .due(due, 10, in_a_minute())
        .await
        .fetches;
    assert!(
        due.iter().any(|fetch| fetch.target == Target::Item(broken)),
        "it comes back by its schedule"
    );
}

#[tokio::test]
async fn only_the_record_of_a_refused_write_is_reported() {
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
        items: refused,
        ..deployment.item_sync()
    };
    let answer = item_sync::handle(&app, &batch, now(), in_a_minute()).await;

    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|failure| failure.item_identifier.clone())
        .collect();
    assert_eq!(failed, [Some(stream::sequence_number(0))]);
}

/// Returns an empty item table that throttles the row of the batch's first record and takes every other row.
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
    let empty = mock!(aws_sdk_dynamodb::Client::batch_get_item)
        .then_output(|| BatchGetItemOutput::builder().build());
    let client = mock_client!(
        aws_sdk_dynamodb,
        RuleMode::MatchAny,
        [&throttled, &done, &empty]
    );
    Items::new(client, "items".to_owned())
}
