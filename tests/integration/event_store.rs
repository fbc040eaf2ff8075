//! The event table: the rows that it keeps, and the events that it treats as equal.

use jiff::Timestamp;
use pluggy::Subject;
use store::{Body, EventKey, Insertion, NewEvent, Origin, Quarantine};
use tests::Tables;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

fn event(event_id: Option<&str>, body: &str) -> NewEvent {
    NewEvent {
        key: EventKey::of_event(&Subject::Item(ITEM.to_owned()), event_id),
        name: "item/updated".to_owned(),
        received_at: "2026-11-23T12:00:00.250Z".parse().unwrap(),
        origin: Origin::Webhook,
        body: Some(Body::new(body.as_bytes(), Vec::new)),
        quarantine: None,
    }
}

#[tokio::test]
async fn an_event_is_stored_once_however_often_it_comes() {
    let tables = Tables::create().await;

    assert_eq!(
        tables.insert_event(&event(Some("1"), "{}")).await,
        Insertion::Inserted
    );
    for _ in 0..3 {
        let mut again = event(Some("1"), "{}");
        again.received_at = "2026-11-23T15:00:00Z".parse().unwrap();
        assert_eq!(tables.insert_event(&again).await, Insertion::Duplicate);
    }

    let rows = tables.event_rows().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["receivedAt"].as_n().unwrap(), "1795435200250");
}

#[tokio::test]
async fn another_body_under_the_same_id_is_stored_beside_the_first() {
    let tables = Tables::create().await;
    tables.insert_event(&event(Some("1"), "{}")).await;

    let other = event(Some("1"), r#"{"other":true}"#);

    assert_eq!(
        tables.insert_event(&other).await,
        Insertion::InsertedUnderReusedId
    );
    assert_eq!(tables.insert_event(&other).await, Insertion::Duplicate);
    assert_eq!(tables.event_rows().await.len(), 2);
}

#[tokio::test]
async fn events_without_an_id_are_all_stored() {
    let tables = Tables::create().await;

    for _ in 0..2 {
        assert_eq!(
            tables.insert_event(&event(None, "{}")).await,
            Insertion::Inserted
        );
    }

    assert_eq!(tables.event_rows().await.len(), 2);
}

#[tokio::test]
async fn a_row_holds_the_event_as_it_was_received() {
    let tables = Tables::create().await;
    let mut event = event(Some("1"), r#"{"event":"item/updated"}"#);
    event.quarantine = Some(Quarantine::ForeignClientId);

    tables.insert_event(&event).await;

    let row = tables.event_rows().await.remove(0);
    assert_eq!(row["pk"].as_s().unwrap(), &format!("ITEM#{ITEM}"));
    assert_eq!(row["sk"].as_s().unwrap(), "1");
    assert_eq!(row["event"].as_s().unwrap(), "item/updated");
    assert_eq!(row["origin"].as_s().unwrap(), "webhook");
    assert_eq!(row["quarantine"].as_s().unwrap(), "foreign-client-id");
    assert_eq!(
        row["body"].as_b().unwrap().as_ref(),
        br#"{"event":"item/updated"}"#
    );
    let thirty_days_later: Timestamp = "2026-12-23T12:00:00Z".parse().unwrap();
    assert_eq!(
        row["expiresAt"].as_n().unwrap(),
        &thirty_days_later.as_second().to_string()
    );
}
