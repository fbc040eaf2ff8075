//! Refused entries. They are not lost, and they delay no other entry.

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Refusal;
use serde_json::json;
use tests::stream::{self, item_record};
use tests::tables::Row;
use tokio::time::Instant;

use super::{ITEM, OTHER_ITEM, Testbed, USER};

impl Testbed {
    /// Stores three events of one item and one of another, and returns the records of their stream.
    async fn four_events(&self) -> Vec<serde_json::Value> {
        for (event_id, item_id) in [("1", ITEM), ("2", OTHER_ITEM), ("3", ITEM), ("4", ITEM)] {
            self.deliver(&json!({
                "event": format!("x/{event_id}"), "eventId": event_id, "itemId": item_id,
                "clientUserId": USER,
            }))
            .await;
        }
        let mut rows = self.deployment.tables.event_rows().await;
        rows.sort_by_key(|row| row["sk"].as_s().unwrap().clone());
        stream::records(&rows)
    }
}

#[tokio::test]
async fn an_entry_that_the_bus_never_accepts_is_dead_lettered_and_other_entries_are_published() {
    for code in [
        "MalformedDetail",
        "InvalidArgument",
        "NotAuthorizedForDetailTypeException",
    ] {
        let testbed = Testbed::start().await;
        let records = testbed.four_events().await;
        testbed
            .bus
            .set_refusals([Refusal::with(code).of("webhook.x/1")]);

        assert_eq!(testbed.feed(&records).await, [""; 0]);

        assert_eq!(
            testbed.detail_types(),
            ["webhook.x/2", "webhook.x/3", "webhook.x/4"]
        );
        let [dead_lettered] = &testbed.dead_lettered()[..] else {
            panic!()
        };
        assert_eq!(dead_lettered["code"], code);
        assert_eq!(dead_lettered["detailType"], "webhook.x/1");
        assert_eq!(
            dead_lettered["key"],
            json!({"pk": format!("ITEM#{ITEM}"), "sk": "1"})
        );
        assert!(!dead_lettered.to_string().contains(USER), "{dead_lettered}");
    }
}

#[tokio::test]
async fn an_entry_that_the_bus_refuses_repeatedly_while_it_accepts_others_is_dead_lettered() {
    let testbed = Testbed::start().await;
    let records = testbed.four_events().await;
    testbed
        .bus
        .set_refusals([Refusal::with("InternalFailure").of("webhook.x/1")]);

    assert_eq!(testbed.feed(&records).await, [""; 0]);

    assert_eq!(
        testbed.detail_types(),
        ["webhook.x/2", "webhook.x/3", "webhook.x/4"]
    );
    assert_eq!(testbed.dead_lettered()[0]["code"], "InternalFailure");
    assert_eq!(testbed.bus.requests(), 4 + 2);
}

#[tokio::test]
async fn entries_that_the_bus_refuses_for_a_while_are_published_in_order() {
    for _ in 0..5 {
        let testbed = Testbed::start().await;
        let records = testbed.four_events().await;
        testbed
            .bus
            .set_refusals([Refusal::with("ThrottlingException").as_likely_as(0.3)]);

        let again = testbed.feed(&records).await;

        let published_types = testbed.detail_types();
        let of_item: Vec<&String> = published_types
            .iter()
            .filter(|it| *it != "webhook.x/2")
            .collect();
        assert!(of_item.is_sorted(), "{of_item:?}");
        assert_eq!(
            published_types.len() + testbed.dead_lettered().len(),
            4,
            "{again:?}"
        );
    }
}

#[tokio::test]
async fn a_bus_that_accepts_nothing_leaves_all_to_the_stream() {
    for code in [
        "InternalFailure",
        "ThrottlingException",
        "AccessDeniedException",
    ] {
        let testbed = Testbed::start().await;
        let records = testbed.four_events().await;
        testbed.bus.set_refusals([Refusal::with(code)]);

        assert_eq!(testbed.feed(&records).await, [stream::sequence_number(0)]);

        assert_eq!(testbed.dead_lettered().len(), 0, "{code}");
        testbed.bus.set_refusals([]);
        assert_eq!(testbed.feed(&records).await, [""; 0]);
        assert_eq!(testbed.detail_types().len(), 4);
    }
}

#[tokio::test]
async fn a_bus_that_cannot_be_reached_leaves_all_to_the_stream() {
    let testbed = Testbed::start_with_bus_at("http://127.0.0.1:1").await;
    let records = testbed.four_events().await;

    assert_eq!(testbed.feed(&records).await, [stream::sequence_number(0)]);

    assert_eq!(testbed.dead_lettered().len(), 0);
}

#[tokio::test]
async fn a_bus_that_does_not_exist_leaves_all_to_the_stream_although_it_accepts_everything() {
    let testbed = Testbed::start().await;
    let records = testbed.four_events().await;
    testbed.bus.delete();

    assert_eq!(testbed.feed(&records).await, [stream::sequence_number(0)]);

    assert_eq!(testbed.dead_lettered().len(), 0);
    assert_eq!(
        testbed.publish.metrics.lines()[0].get("EventsPublished"),
        None
    );
}

#[tokio::test]
async fn an_item_that_does_not_fit_an_event_is_dead_lettered() {
    let testbed = Testbed::start().await;
    let row = |status: String| {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = || AttributeValue::N("1795435200000".to_owned());
        Row::from([
            ("pk".to_owned(), text(&format!("ITEM#{ITEM}"))),
            ("createdAt".to_owned(), number()),
            ("fetchedAt".to_owned(), number()),
            ("status".to_owned(), AttributeValue::S(status)),
            ("executionStatus".to_owned(), text("SUCCESS")),
        ])
    };
    let large = item_record(0, None, Some(&row("X".repeat(300 * 1024))));
    let next = item_record(
        1,
        Some(&row("X".to_owned())),
        Some(&row("UPDATED".to_owned())),
    );

    assert_eq!(testbed.feed(&[large, next]).await, [""; 0]);

    assert_eq!(testbed.detail_types(), ["item.ready"]);
    assert_eq!(testbed.dead_lettered()[0]["code"], "ValidationException");
    assert_eq!(testbed.dead_lettered()[0]["detailType"], "item.unknown");
}

#[tokio::test]
async fn an_unreadable_record_is_dead_lettered_once_however_often_the_stream_retries() {
    let testbed = Testbed::start().await;
    let mut records = testbed.four_events().await;
    records[1]["dynamodb"]["NewImage"]["bodyEncoding"] = json!({"S": "rot13"});
    testbed.bus.set_refusals([Refusal::with("InternalFailure")]);
    for _ in 0..2 {
        assert_eq!(testbed.feed(&records).await, [stream::sequence_number(0)]);
    }
    assert_eq!(testbed.dead_lettered().len(), 0);

    testbed.bus.set_refusals([]);
    assert_eq!(testbed.feed(&records).await, [""; 0]);

    assert_eq!(testbed.dead_lettered().len(), 1);
    assert_eq!(testbed.detail_types().len(), 3);
}

#[tokio::test]
async fn records_without_time_left_are_left_to_the_stream() {
    let testbed = Testbed::start().await;
    let records = testbed.four_events().await;

    let again = testbed.feed_until(&records, Instant::now()).await;

    assert_eq!(again, [stream::sequence_number(0)]);
}

#[tokio::test]
async fn an_event_that_can_be_neither_published_nor_dead_lettered_is_left_to_the_stream() {
    let testbed =
        Testbed::start_with_queue_at("http://127.0.0.1:1/123456789012/publish-dead-letters").await;
    let records = testbed.four_events().await;
    testbed
        .bus
        .set_refusals([Refusal::with("MalformedDetail").of("webhook.x/3")]);

    let again = testbed.feed(&records).await;

    assert_eq!(again, [stream::sequence_number(2)]);
    assert_eq!(testbed.detail_types(), ["webhook.x/1", "webhook.x/2"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_dead_lettered_and_other_rows_are_published() {
    let testbed = Testbed::start().await;
    let mut records = testbed.four_events().await;
    records[0]["dynamodb"]["NewImage"]["bodyEncoding"] = json!({"S": "rot13"});
    let broken_item = {
        let row = [("pk".to_owned(), AttributeValue::S(format!("ITEM#{ITEM}")))];
        item_record(7, None, Some(&row.into()))
    };
    records.push(broken_item);

    assert_eq!(testbed.feed(&records).await, [""; 0]);

    assert_eq!(testbed.detail_types().len(), 3);
    let dead_lettered = testbed.dead_lettered();
    assert_eq!(dead_lettered.len(), 2);
    for message in &dead_lettered {
        assert_eq!(message["code"], "Unreadable");
        assert_eq!(message["key"]["pk"], format!("ITEM#{ITEM}"));
        assert_eq!(message["since"], "2026-11-23T12:00:00Z");
    }
}

#[tokio::test]
async fn one_large_event_does_not_block_other_events() {
    let testbed = Testbed::start().await;
    for number in 0..6 {
        let filler = "x".repeat(100 * 1024);
        testbed
            .deliver(&json!({"event": "x/y", "eventId": number, "paymentRequestId": number, "filler": filler}))
            .await;
    }

    assert_eq!(testbed.feed_events().await, [""; 0]);

    assert_eq!(testbed.detail_types().len(), 6);
    // Two of them fit one request.
    assert_eq!(testbed.bus.requests(), 3);
}

#[tokio::test]
async fn long_bodies_are_all_published() {
    let testbed = Testbed::start().await;
    for number in 0..40 {
        let filler = "x".repeat(240 * 1024);
        testbed
            .deliver(&json!({"event": "x/y", "eventId": number, "itemId": ITEM, "filler": filler}))
            .await;
    }

    assert_eq!(testbed.feed_events().await, [""; 0]);

    assert_eq!(testbed.detail_types().len(), 40);
    let [line] = &testbed.publish.metrics.lines()[..] else {
        panic!()
    };
    assert_eq!(line["EventsPublished"], 40);
}

#[tokio::test]
async fn a_large_batch_of_many_items_is_published_in_full_requests() {
    let testbed = Testbed::start().await;
    for number in 0..300 {
        let event = json!({"event": "x/y", "eventId": number, "paymentRequestId": number % 45});
        testbed.deliver(&event).await;
    }
    let rows = testbed.deployment.tables.event_rows().await;

    assert_eq!(testbed.feed(&stream::records(&rows)).await, [""; 0]);

    assert_eq!(testbed.detail_types().len(), 300);
    let requests = testbed.bus.requests();
    assert!((30..=40).contains(&requests), "{requests} requests");
}

#[tokio::test]
async fn published_events_are_counted() {
    let testbed = Testbed::start().await;
    let records = testbed.four_events().await;
    testbed
        .bus
        .set_refusals([Refusal::with("MalformedDetail").of("webhook.x/1")]);

    testbed.feed(&records).await;

    let [line] = &testbed.publish.metrics.lines()[..] else {
        panic!()
    };
    assert_eq!(line["EventsPublished"], 3);
    assert_eq!(line["EventsDeadLettered"], 1);
}

#[tokio::test]
async fn a_batch_that_publishes_nothing_logs_no_line() {
    let testbed = Testbed::start().await;
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.deployment.sync_all().await;
    let rows = testbed.item_rows().await;

    let left = testbed
        .feed(&[item_record(1, Some(&rows[0]), Some(&rows[0]))])
        .await;

    assert!(left.is_empty(), "{left:?}");
    assert!(testbed.publish.metrics.lines().is_empty());
}
