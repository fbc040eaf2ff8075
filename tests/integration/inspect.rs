//! inspect: the content of a report, the values that it omits, and the widget's pages.

mod widget;

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::Schedule;
use tests::deployment::in_a_minute;
use tests::{Deployment, sample};
use tokio::time::Instant;
use uuid::Uuid;

const USER: &str = "usr_01J9X";
const FUNCTION_ARN: &str = "arn:aws:lambda:sa-east-1:123456789012:function:inspect";

/// Returns the function's response to an event.
pub(crate) async fn inspected(deployment: &Deployment, event: Value) -> Value {
    let app = deployment.inspect();
    let response = inspect::handle(&app, event, FUNCTION_ARN, now(), in_a_minute()).await;
    serde_json::to_value(response.unwrap()).unwrap()
}

async fn inspect(deployment: &Deployment, item_id: impl ToString) -> Value {
    let command = json!({"action": "inspect", "itemId": item_id.to_string()});
    inspected(deployment, command).await
}

fn event(name: &str, event_id: &str, item_id: ItemId, user: &str) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": user})
}

#[tokio::test]
async fn the_sample_commands_are_understood() {
    let deployment = Deployment::start().await;

    for (sample, result) in [
        ("item", "item"),
        ("user", "user"),
        ("unknown-field", "refused"),
    ] {
        let command = sample::json(&format!("inspect/{sample}.json"));
        let report = inspected(&deployment, command).await;

        assert_eq!(report["result"], result, "{sample}: {report}");
    }
}

#[tokio::test]
async fn an_item_is_reported_with_its_phase_reason_error_next_fetch_and_history() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-locked").await;
    deployment.item_reaches(item_id, "LOGIN_ERROR").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    deployment
        .deliver(&event("item/error", "2", item_id, USER))
        .await;
    deployment.sync_all().await;

    let report = inspect(&deployment, item_id).await;

    assert_eq!(report["result"], "item");
    assert_eq!(
        (&report["row"], &report["owner"]),
        (&json!("fetched"), &json!(USER))
    );
    assert_eq!(report["connection"]["phase"], "reconnect");
    assert_eq!(
        report["connection"]["why"],
        "the bank has locked the account"
    );
    assert_eq!(report["snapshot"]["error"]["code"], "ACCOUNT_LOCKED");
    let stored = deployment.tables.item_store().get(item_id).await.unwrap();
    let stored = stored.unwrap();
    assert_eq!(
        report["schedule"]["nextFetchAt"],
        json!(stored.schedule.next_fetch_at)
    );
    let events: Vec<_> = report["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (
                event["event"].as_str().unwrap(),
                event["id"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(events, [("item/error", "2"), ("item/created", "1")]);
    assert_eq!(
        (&report["eventsTotal"], &report["eventsComplete"]),
        (&json!(2), &json!(true))
    );
}

#[tokio::test]
async fn a_quarantined_event_shows_with_its_reason() {
    let deployment = Deployment::start().await;
    let item_id = Uuid::new_v4();
    let mut body = json!({"event": "item/created", "eventId": "1", "itemId": item_id});
    body["clientId"] = "22222222-0000-4000-8000-000000000003".into();
    deployment.deliver(&body).await;

    let report = inspect(&deployment, item_id).await;

    assert_eq!(report["row"], "absent");
    assert_eq!(report["events"][0]["quarantine"], "foreign-client-id");
}

#[tokio::test]
async fn an_unknown_item_is_absent() {
    let deployment = Deployment::start().await;

    let report = inspect(&deployment, Uuid::new_v4()).await;

    assert_eq!(report["row"], "absent");
    assert_eq!(
        (&report["connection"], &report["events"]),
        (&json!(null), &json!([]))
    );
}

#[tokio::test]
async fn an_item_that_was_never_fetched_has_its_number_of_failed_fetches() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;

    let report = inspect(&deployment, item_id).await;

    assert_eq!(report["row"], "placeholder");
    assert_eq!(report["connection"]["phase"], "connecting");
    assert_eq!(report["schedule"]["fetchFailures"], 1);
    assert_eq!(
        report["schedule"]["lastError"]["reason"],
        "pluggy is not available (status Some(500))"
    );
    assert_eq!(report["schedule"]["pendingSignal"], "change");

    deployment.pluggy.clear_faults();
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment.sync_all().await;
    let report = inspect(&deployment, item_id).await;
    assert_eq!(
        (&report["row"], &report["schedule"]["lastError"]),
        (&json!("fetched"), &json!(null))
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_read_names_its_attribute_and_keeps_its_history() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    spoil_row(&deployment, item_id).await;

    let report = inspect(&deployment, item_id).await;

    assert_eq!(
        (&report["row"], &report["unreadable"]),
        (&json!("unreadable"), &json!("createdAt"))
    );
    assert_eq!(report["eventsTotal"], 1);
}

/// Writes a time of creation into a row that our code cannot read.
async fn spoil_row(deployment: &Deployment, item_id: ItemId) {
    let tables = &deployment.tables;
    let update = tables.client.update_item().table_name(&tables.items);
    update
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET createdAt = :spoiled")
        .expression_attribute_values(":spoiled", AttributeValue::S("yesterday".to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_list_counts_the_rows_that_cannot_be_read() {
    let deployment = Deployment::start().await;
    let mut items = Vec::new();
    for event_id in ["1", "2"] {
        let item_id = deployment.connect(USER, "user-ok").await;
        let created = event("item/created", event_id, item_id, USER);
        deployment.deliver(&created).await;
        items.push(item_id);
    }
    deployment.sync_all().await;
    spoil_row(&deployment, items[0]).await;

    let report = inspected(
        &deployment,
        json!({"action": "inspect", "clientUserId": USER}),
    )
    .await;

    assert_eq!(report["items"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["items"][0]["itemId"], json!(items[1]));
    assert_eq!(report["unreadable"], 1);
}

#[tokio::test]
async fn events_are_read_as_long_as_there_is_time() {
    let deployment = Deployment::start().await;
    let (app, item_id) = (deployment.inspect(), Uuid::new_v4());
    let tables = &deployment.tables;
    // More than the megabyte of a page.
    for number in 1..=4 {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = tables.client.put_item().table_name(&tables.events);
        put.item("pk", text(&format!("ITEM#{item_id}")))
            .item("sk", text(&number.to_string()))
            .item("event", text("item/updated"))
            .item("origin", text("webhook"))
            .item("receivedAt", AttributeValue::N("1795435200000".to_owned()))
            .item("expiresAt", AttributeValue::N("9999999999".to_owned()))
            .item("body", text(&"x".repeat(380_000)))
            .send()
            .await
            .unwrap();
    }
    let command = json!({"action": "inspect", "itemId": item_id});
    let report = async |deadline| {
        let response = inspect::handle(&app, command.clone(), FUNCTION_ARN, now(), deadline).await;
        let report = serde_json::to_value(response.unwrap()).unwrap();
        (
            report["eventsTotal"].clone(),
            report["eventsComplete"].clone(),
        )
    };

    let (all, is_complete) = report(in_a_minute()).await;
    let (some, is_cut_complete) = report(Instant::now() + Duration::from_secs(7)).await;

    assert_eq!((all, is_complete), (json!(4), json!(true)));
    assert!(some.as_u64().is_some_and(|count| count < 4), "{some}");
    assert_eq!(is_cut_complete, json!(false));
}

/// Stores an item with everything that a bank may ask of its user, each text with the word SECRET.
async fn item_with_secrets(deployment: &Deployment) -> ItemId {
    let item_id: ItemId = Uuid::new_v4().to_string().parse().unwrap();
    let item = serde_json::from_value(json!({
        "id": item_id, "status": "WAITING_USER_ACTION", "executionStatus": "WAITING_USER_ACTION",
        "updatedAt": now(), "clientUserId": USER,
        "userAction": {"type": "qr", "instructions": "Scan SECRET-1", "attributes": {"data": "SECRET-2"}},
        "parameter": {"name": "oauthCode", "type": "oauth", "data": "https://bank.example.com/SECRET-3"},
        "error": {"code": "ACCOUNT_LOCKED", "attributes": {"device": "SECRET-4"}},
    }))
    .unwrap();
    let stored = store::ItemUpdate {
        item_id,
        owner: Some(tests::owner(USER)),
        created_at: now(),
        schedule: Schedule::default(),
    };
    let snapshot = store::Snapshot {
        item,
        fetched_at: now(),
    };
    deployment
        .tables
        .item_store()
        .put_snapshot(stored, snapshot, &Schedule::default())
        .await
        .unwrap();
    let body =
        json!({"event": "item/updated", "eventId": "1", "itemId": item_id, "note": "SECRET-5"});
    deployment.deliver(&body).await;
    item_id
}

#[tokio::test]
async fn the_banks_prompt_to_the_user_is_omitted() {
    let deployment = Deployment::start().await;
    let item_id = item_with_secrets(&deployment).await;

    let report = inspect(&deployment, item_id).await;

    assert_eq!(report["snapshot"]["status"], "WAITING_USER_ACTION");
    assert!(!report.to_string().contains("SECRET"), "{report}");
}

#[tokio::test]
async fn a_users_items_are_listed_page_by_page() {
    let deployment = Deployment::start().await;
    let items = deployment.tables.item_store();
    for _ in 0..60 {
        let stored = store::ItemUpdate {
            item_id: Uuid::new_v4().to_string().parse().unwrap(),
            owner: Some(tests::owner(USER)),
            created_at: now(),
            schedule: Schedule {
                next_fetch_at: Some(now()),
                ..Schedule::default()
            },
        };
        items.put_schedule(&stored, None, now()).await.unwrap();
    }

    let mut command = json!({"action": "inspect", "clientUserId": USER});
    let first = inspected(&deployment, command.clone()).await;
    command["cursor"] = first["cursor"].clone();
    let second = inspected(&deployment, command).await;

    let [first_page, second_page] =
        [&first, &second].map(|page| page["items"].as_array().unwrap().len());
    assert_eq!((first_page, second_page), (50, 10));
    assert_eq!(second["cursor"], Value::Null);
    assert_eq!(first["items"][0]["connection"]["phase"], "connecting");
}
