//! Republishing: an operator's command publishes unpublished and possibly unpublished events again.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Refusal;
use jiff::SignedDuration;
use pluggy::Event;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{Body, EncodedBody, Encoding, EventKey, NewEvent, Origin};
use tokio::time::Instant;

use super::{ITEM, Testbed};

impl Testbed {
    /// Runs a whole command, step by step, and returns the number of published events.
    async fn republish(&self, since: &str) -> u64 {
        let (mut published, mut cursor) = (0, Value::Null);
        loop {
            let command = json!({"action": "republish", "since": since, "cursor": cursor});
            let report = self.command(&command).await.unwrap();
            assert_eq!(report["result"], "republished", "{report}");
            published += report["published"].as_u64().unwrap();
            cursor = report["cursor"].clone();
            if cursor.is_null() {
                return published;
            }
        }
    }

    /// Stores this many events. Their rows fill several pages of a scan.
    async fn fill(&self, count: usize) {
        let tables = &self.deployment.tables;
        for number in 0..count {
            let filler = uuid::Uuid::new_v4().to_string().repeat(150);
            let body = format!(r#"{{"event":"x/y","eventId":"{number}","filler":"{filler}"}}"#);
            let event = Event::parse(body.as_bytes()).unwrap();
            let event = NewEvent {
                key: EventKey::of_event(&event.subject(), event.event_id.as_deref()),
                name: "x/y".to_owned(),
                received_at: now(),
                origin: Origin::Webhook,
                body: Some(plain(&body)),
                quarantine: None,
            };
            tables.insert_event(&event).await;
        }
    }

    fn ids(&self) -> Vec<String> {
        let published = self.published();
        published
            .iter()
            .map(|it| it.json()["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Returns a body that is not compressed.
fn plain(body: &str) -> Body {
    Body {
        encoded: EncodedBody {
            bytes: body.as_bytes().to_vec(),
            encoding: Encoding::Identity,
        },
        ..Body::new(body.as_bytes(), Vec::new)
    }
}

#[tokio::test]
async fn events_of_the_stream_are_republished_with_the_same_ids() {
    let testbed = Testbed::start().await;
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.deployment.sync_all().await;
    testbed.feed_events().await;
    let rows = testbed.item_rows().await;
    testbed
        .feed(&[tests::stream::item_record(1, None, Some(&rows[0]))])
        .await;
    let published_ids: HashSet<String> = testbed.ids().into_iter().collect();
    assert_eq!(published_ids.len(), 2);

    assert_eq!(testbed.republish("2020-01-01T00:00:00Z").await, 2);

    assert_eq!(testbed.ids().len(), 4);
    assert_eq!(
        testbed.ids().into_iter().collect::<HashSet<_>>(),
        published_ids
    );
}

#[tokio::test]
async fn events_before_the_time_are_not_republished() {
    let testbed = Testbed::start().await;
    testbed
        .connected("user-ok", "UPDATED", "item/updated")
        .await;
    testbed.deployment.sync_all().await;

    let in_a_second = now().saturating_add(SignedDuration::from_secs(1)).unwrap();

    assert_eq!(testbed.republish(&in_a_second.to_string()).await, 0);
    assert_eq!(testbed.detail_types(), [""; 0]);
}

#[tokio::test]
async fn a_foreign_event_is_published_once_its_application_is_ours() {
    let mut testbed = Testbed::start().await;
    let other = "22222222-0000-4000-8000-000000000003";
    testbed
        .deliver(&json!({"event": "x/y", "eventId": "1", "itemId": ITEM, "clientId": other}))
        .await;
    assert_eq!(testbed.republish("2020-01-01T00:00:00Z").await, 0);

    testbed.republish.client_id = other.parse().unwrap();

    assert_eq!(testbed.republish("2020-01-01T00:00:00Z").await, 1);
    assert_eq!(testbed.detail_types(), ["webhook.x/y"]);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_dead_lettered_again_and_delay_no_other_row() {
    let testbed = Testbed::start().await;
    for event_id in ["1", "2"] {
        testbed
            .deliver(&json!({"event": "x/y", "eventId": event_id, "itemId": ITEM}))
            .await;
    }
    let tables = &testbed.deployment.tables;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let mut broken = tables.event_rows().await.remove(0);
    broken.insert("bodyEncoding".to_owned(), text("rot13"));
    let item = [("pk".to_owned(), text(&format!("ITEM#{ITEM}")))].into();
    for (table, row) in [(&tables.events, broken), (&tables.items, item)] {
        let put = tables
            .client
            .put_item()
            .table_name(table)
            .set_item(Some(row));
        put.send().await.unwrap();
    }

    assert_eq!(testbed.republish("2026-01-01T00:00:00Z").await, 1);

    let dead_lettered = testbed.dead_lettered();
    assert_eq!(dead_lettered.len(), 2);
    for message in dead_lettered {
        assert_eq!(message["code"], "Unreadable");
        assert_eq!(message["since"], "2026-01-01T00:00:00Z");
    }
}

#[tokio::test]
async fn the_next_invocation_publishes_what_the_previous_one_had_no_time_for() {
    let testbed = Testbed::start().await;
    testbed.fill(1_100).await;
    let (mut invocations, mut cursor) = (0, Value::Null);
    // As much as a part of a page takes here, and hardly more, apart from the time reserved for the response.
    let mut time = Duration::from_millis(1);
    loop {
        let since = "2020-01-01T00:00:00Z";
        let command = json!({"action": "republish", "since": since, "cursor": cursor});
        let deadline = Instant::now() + Duration::from_secs(2) + time;
        let Ok(report) = testbed.command_until(&command, deadline).await else {
            time = time.mul_f64(1.5);
            assert!(time < Duration::from_secs(10), "no page is ever done");
            continue;
        };
        invocations += 1;
        cursor = report["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }

    assert!(invocations > 1, "{invocations}");
    let ids: HashSet<_> = testbed.ids().into_iter().collect();
    assert_eq!(ids.len(), 1_100);
}

#[tokio::test]
async fn many_items_are_published_page_by_page() {
    let testbed = Testbed::start().await;
    let tables = &testbed.deployment.tables;
    for number in 0..130 {
        let text = |value: String| AttributeValue::S(value);
        let row = [
            (
                "pk".to_owned(),
                text(format!("ITEM#9a7b6c5d-0000-4000-8000-{number:012}")),
            ),
            (
                "createdAt".to_owned(),
                AttributeValue::N("1795435200000".to_owned()),
            ),
            ("pendingSignal".to_owned(), text("activity".to_owned())),
        ];
        let put = tables.client.put_item().table_name(&tables.items);
        put.set_item(Some(row.into())).send().await.unwrap();
    }

    assert_eq!(testbed.republish("2026-12-01T00:00:00Z").await, 130);

    assert_eq!(testbed.detail_types(), ["item.connecting"; 130]);
}

#[tokio::test]
async fn a_long_table_is_published_page_by_page_and_whole() {
    let testbed = Testbed::start().await;
    testbed.fill(230).await;

    assert_eq!(testbed.republish("2020-01-01T00:00:00Z").await, 230);

    assert_eq!(testbed.ids().into_iter().collect::<HashSet<_>>().len(), 230);
}

#[tokio::test]
async fn a_command_publishes_as_many_events_as_it_says_and_the_next_one_continues() {
    let testbed = Testbed::start().await;
    testbed.fill(230).await;
    let (mut published, mut read, mut cursor) = (Vec::new(), 0, Value::Null);

    loop {
        let command = json!({
            "action": "republish", "since": "2020-01-01T00:00:00Z", "cursor": cursor, "limit": 100,
        });
        let report = testbed.command(&command).await.unwrap();
        published.push(report["published"].as_u64().unwrap());
        read += report["scanned"].as_u64().unwrap();
        assert!(report["rows"].is_u64(), "{report}");
        cursor = report["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }

    assert_eq!(published[..2], [100, 100]);
    assert_eq!(published.iter().sum::<u64>(), 230);
    assert_eq!((testbed.ids().len(), read), (230, 230), "each once");
}

#[tokio::test]
async fn a_bus_that_accepts_nothing_makes_the_command_fail_and_repeatable() {
    let testbed = Testbed::start().await;
    testbed
        .deliver(&json!({"event": "x/y", "eventId": "1"}))
        .await;
    testbed.bus.set_refusals([Refusal::with("InternalFailure")]);
    let command = json!({"action": "republish", "since": "2020-01-01T00:00:00Z"});

    let failed = testbed.command(&command).await.unwrap_err();

    assert!(
        matches!(failed, publish::republish::Error::NotAccepted),
        "{failed}"
    );
    testbed.bus.set_refusals([]);
    assert_eq!(testbed.republish("2020-01-01T00:00:00Z").await, 1);
}

#[tokio::test]
async fn a_batch_of_a_stream_is_not_a_command() {
    let testbed = Testbed::start().await;
    testbed
        .deliver(&json!({"event": "x/y", "eventId": "1"}))
        .await;
    let rows = testbed.deployment.tables.event_rows().await;

    let report = testbed
        .command(&json!({ "Records": tests::stream::records(&rows) }))
        .await
        .unwrap();

    assert_eq!(
        (&report["result"], &report["field"]),
        (&json!("refused"), &json!(""))
    );
    assert_eq!(testbed.detail_types(), [""; 0]);
}

#[tokio::test]
async fn an_invalid_command_is_refused_and_publishes_nothing() {
    let testbed = Testbed::start().await;
    testbed
        .deliver(&json!({"event": "x/y", "eventId": "1"}))
        .await;

    let report = testbed
        .command(&json!({"action": "republish", "since": "maria"}))
        .await
        .unwrap();

    assert_eq!(
        report,
        json!({"result": "refused", "field": "since", "reason": "must be a time such as 2026-11-23T12:00:00Z"})
    );
    assert_eq!(testbed.detail_types(), [""; 0]);
}
