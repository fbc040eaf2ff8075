//! What was not told, or may not have been, is told again at an operator's word.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Refusal;
use jiff::SignedDuration;
use pluggy::Event;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{Body, EventKey, NewEvent, Origin};
use tokio::time::Instant;

use super::{ITEM, Stand};

impl Stand {
    /// The whole of a command, step by step. Gives how much was published.
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

    /// Stores so many events.
    async fn fill(&self, count: usize) {
        let events = self.deployment.tables.event_store();
        for number in 0..count {
            let body = format!(r#"{{"event":"x/y","eventId":"{number}"}}"#);
            let event = Event::parse(body.as_bytes()).unwrap();
            let event = NewEvent {
                key: EventKey::of_event(&event.subject(), event.event_id.as_deref()),
                name: "x/y".to_owned(),
                received_at: now(),
                origin: Origin::Webhook,
                body: Some(Body::new(body.as_bytes(), Vec::new)),
                quarantine: None,
            };
            events.insert(&event).await.unwrap();
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

#[tokio::test]
async fn what_the_stream_told_is_told_again_with_the_same_ids() {
    let stand = Stand::start().await;
    stand.connected("user-ok", "UPDATED", "item/created").await;
    stand.deployment.sync_all().await;
    stand.feed_events().await;
    let rows = stand.item_rows().await;
    stand
        .feed(&[super::stand::item_record(1, None, Some(&rows[0]))])
        .await;
    let told: HashSet<String> = stand.ids().into_iter().collect();
    assert_eq!(told.len(), 2);

    assert_eq!(stand.republish("2020-01-01T00:00:00Z").await, 2);

    assert_eq!(stand.ids().len(), 4);
    assert_eq!(stand.ids().into_iter().collect::<HashSet<_>>(), told);
}

#[tokio::test]
async fn what_came_before_the_time_is_not_told_again() {
    let stand = Stand::start().await;
    stand.connected("user-ok", "UPDATED", "item/updated").await;
    stand.deployment.sync_all().await;

    let in_a_second = now().saturating_add(SignedDuration::from_secs(1)).unwrap();

    assert_eq!(stand.republish(&in_a_second.to_string()).await, 0);
    assert_eq!(stand.told(), [""; 0]);
}

#[tokio::test]
async fn a_foreign_event_is_told_once_its_application_is_ours() {
    let mut stand = Stand::start().await;
    let other = "22222222-0000-4000-8000-000000000003";
    stand
        .deliver(&json!({"event": "x/y", "eventId": "1", "itemId": ITEM, "clientId": other}))
        .await;
    assert_eq!(stand.republish("2020-01-01T00:00:00Z").await, 0);

    stand.app.log = stand.deployment.tables.event_log_of(other);

    assert_eq!(stand.republish("2020-01-01T00:00:00Z").await, 1);
    assert_eq!(stand.told(), ["webhook.x/y"]);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_noted_again_and_hold_up_nothing() {
    let stand = Stand::start().await;
    for event_id in ["1", "2"] {
        stand
            .deliver(&json!({"event": "x/y", "eventId": event_id, "itemId": ITEM}))
            .await;
    }
    let tables = &stand.deployment.tables;
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

    assert_eq!(stand.republish("2026-01-01T00:00:00Z").await, 1);

    let dead_lettered = stand.dead_lettered();
    assert_eq!(dead_lettered.len(), 2);
    for message in dead_lettered {
        assert_eq!(message["code"], "Unreadable");
        assert_eq!(message["since"], "2026-01-01T00:00:00Z");
    }
}

#[tokio::test]
async fn what_one_invocation_has_no_time_for_the_next_one_does() {
    let stand = Stand::start().await;
    stand.fill(230).await;
    let (mut invocations, mut cursor) = (0, Value::Null);
    // As much as one page takes here, and hardly more, beside what is left for the answer.
    let mut time = Duration::from_millis(1);
    loop {
        let since = "2020-01-01T00:00:00Z";
        let command = json!({"action": "republish", "since": since, "cursor": cursor});
        let deadline = Instant::now() + Duration::from_secs(2) + time;
        let Ok(answer) = stand.invoke_until(&command, deadline).await else {
            time = time.mul_f64(1.5);
            assert!(time < Duration::from_secs(10), "no page is ever done");
            continue;
        };
        invocations += 1;
        cursor = serde_json::to_value(answer).unwrap()["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }

    assert!(invocations > 1, "{invocations}");
    assert_eq!(stand.ids().into_iter().collect::<HashSet<_>>().len(), 230);
}

#[tokio::test]
async fn many_items_are_told_page_by_page() {
    let stand = Stand::start().await;
    let tables = &stand.deployment.tables;
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
        ];
        let put = tables.client.put_item().table_name(&tables.items);
        put.set_item(Some(row.into())).send().await.unwrap();
    }

    assert_eq!(stand.republish("2026-12-01T00:00:00Z").await, 130);

    assert_eq!(stand.told(), ["item.connecting"; 130]);
}

#[tokio::test]
async fn a_long_table_is_told_page_by_page_and_whole() {
    let stand = Stand::start().await;
    stand.fill(230).await;

    assert_eq!(stand.republish("2020-01-01T00:00:00Z").await, 230);

    assert_eq!(stand.ids().into_iter().collect::<HashSet<_>>().len(), 230);
}

#[tokio::test]
async fn a_bus_that_takes_nothing_makes_the_command_fail_and_repeatable() {
    let stand = Stand::start().await;
    stand
        .deliver(&json!({"event": "x/y", "eventId": "1"}))
        .await;
    stand.bus.set_refusals([Refusal::with("InternalFailure")]);
    let command = json!({"action": "republish", "since": "2020-01-01T00:00:00Z"});

    let failed = stand.command(&command).await.unwrap_err();

    assert!(matches!(failed, publish::Error::NotTaken), "{failed}");
    stand.bus.set_refusals([]);
    assert_eq!(stand.republish("2020-01-01T00:00:00Z").await, 1);
}

#[tokio::test]
async fn a_command_that_cannot_be_understood_is_refused_and_tells_nothing() {
    let stand = Stand::start().await;
    stand
        .deliver(&json!({"event": "x/y", "eventId": "1"}))
        .await;

    let report = stand
        .command(&json!({"action": "republish", "since": "maria"}))
        .await
        .unwrap();

    assert_eq!(
        report,
        json!({"result": "refused", "field": "since", "reason": "must be a time such as 2026-11-23T12:00:00Z"})
    );
    assert_eq!(stand.told(), [""; 0]);
}
