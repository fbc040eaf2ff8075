//! Webhooks with odd values, through the webhook function, item-sync and the API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pluggy::{Event, ItemId};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use store::{EventRow, Target};
use tests::deployment::WEBHOOK_SECRET_SHA256;
use tests::odd::{self, Place};
use tests::tables::Row;
use tests::{Deployment, sample, stream};

const USER: &str = "usr_01J9X";

/// Delivers a body as Lambda passes it on. Returns the status of the response.
async fn deliver(deployment: &Deployment, body: &[u8]) -> u16 {
    let mut event = sample::json("webhook/item-created.json");
    event["body"] = STANDARD.encode(body).into();
    event["isBase64Encoded"] = true.into();
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);
    let answer = webhook::handle(Some(&app), sample::request_of(&event), now()).await;
    answer.status().as_u16()
}

/// Returns the bodies of the sample events, one of each family that we act on.
fn samples() -> Vec<Value> {
    let names = [
        "item-created",
        "item-error-invalid-credentials",
        "item-error-user-input-timeout",
        "connector-status-updated",
        "transactions-created",
        "transactions-updated",
        "payment-request-updated",
        "smart-transfer-payment-error",
    ];
    let body = |name| {
        let request = sample::json(&format!("webhook/{name}.json"));
        serde_json::from_str(request["body"].as_str().unwrap()).unwrap()
    };
    names.map(body).into()
}

/// Returns the target that a stored row requests a fetch of.
fn requested(row: &Row) -> Option<Target> {
    let batch = stream::batch(std::slice::from_ref(row));
    let image = batch.records[0].change.new_image.clone();
    EventRow::from_image(image).unwrap().fetch_target()
}

#[tokio::test]
async fn an_event_with_one_odd_value_is_stored_acknowledged_and_acted_on() {
    for sample in samples() {
        let deployment = Deployment::start().await;
        let whole = Event::parse(sample.to_string().as_bytes()).unwrap();
        assert_eq!(
            deliver(&deployment, sample.to_string().as_bytes()).await,
            200
        );
        let mut rows = deployment.tables.event_rows().await;
        let target = requested(&rows[0]);
        let names_target = |place: &Place| {
            let fields = ["itemId", "connectorId", "id", "event"];
            fields.iter().any(|field| place.is_of_the_body(field))
        };

        for odd in odd::bodies(&sample) {
            let what = format!("{} {} {:.40?}", whole.kind, odd.place, odd.value);
            for row in rows {
                let delete = deployment.tables.client.delete_item();
                let delete = delete.table_name(&deployment.tables.events);
                let delete = delete
                    .key("pk", row["pk"].clone())
                    .key("sk", row["sk"].clone());
                delete.send().await.unwrap();
            }

            assert_eq!(
                deliver(&deployment, odd.body.as_bytes()).await,
                200,
                "{what}"
            );

            rows = deployment.tables.event_rows().await;
            assert_eq!(rows.len(), 1, "{what}");
            let quarantine = rows[0].get("quarantine");
            if odd.place.is_of_the_body("clientId") {
                // A text that is not our id may be the id of another application.
                let reason = quarantine.map(|reason| reason.as_s().unwrap().as_str());
                assert!(matches!(reason, None | Some("foreign-client-id")), "{what}");
                continue;
            }
            assert_eq!(quarantine, None, "{what}");
            if !names_target(&odd.place) {
                assert_eq!(requested(&rows[0]), target, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn half_an_emoji_in_an_event_does_not_keep_it_from_being_acted_on() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-account-need-actions").await;
    deployment.item_reaches(item_id, "OUTDATED").await;
    let body = format!(
        r#"{{"event":"item/error","eventId":"1","itemId":"{item_id}","clientUserId":"{USER}",
            "error":{{"code":"ACCOUNT_NEEDS_ACTION","message":"Aceite os termos \ud83d"}}}}"#
    );

    assert_eq!(deliver(&deployment, body.as_bytes()).await, 200);
    deployment.sync_all().await;

    let rows = deployment.tables.event_rows().await;
    assert_eq!(rows[0]["event"].as_s().unwrap(), "item/error");
    assert!(!rows[0].contains_key("quarantine"));
    let stored = rows[0]["body"].as_b().unwrap();
    assert_eq!(stored.as_ref(), body.as_bytes(), "byte for byte");
    let (status, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(
        (status, &item["executionStatus"]),
        (200, &json!("ACCOUNT_NEEDS_ACTION"))
    );
}

#[tokio::test]
async fn half_an_emoji_in_the_banks_text_does_not_make_an_item_unreadable() {
    let deployment = Deployment::start().await;
    let user = "user-account-need-actions-cut-message";
    let item_id = deployment.connect(USER, user).await;
    let item = deployment.item_reaches(item_id, "OUTDATED").await;
    let text = "Aceite os termos \u{fffd}";
    assert_eq!(item.error.unwrap().provider_message.as_deref(), Some(text));
    let event = json!({"event": "item/error", "eventId": "1", "itemId": item_id});

    assert_eq!(deployment.deliver(&event).await, 200);
    deployment.sync_all().await;

    let stored = stored(&deployment, item_id).await;
    assert_eq!(stored["phase"], "reconnect", "{stored}");
    assert_eq!(stored["error"]["providerMessage"], text);
}

async fn stored(deployment: &Deployment, item_id: ItemId) -> Value {
    let (status, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(status, 200, "{item}");
    item
}

#[tokio::test]
async fn an_item_without_a_status_reads_as_unknown_until_pluggy_sends_one_again() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let mut deliveries = 0..;
    let mut sync_for_a_new_event = async || {
        let event_id = deliveries.next().unwrap().to_string();
        let event = json!({"event": "item/updated", "eventId": event_id, "itemId": item_id});
        assert_eq!(deployment.deliver(&event).await, 200);
        deployment.sync_all().await;
    };
    for odd in [None, Some("null"), Some("7"), Some("{}")] {
        for field in ["/status", "/executionStatus", "/connector", "/updatedAt"] {
            deployment.pluggy.add_fault(Fault {
                method: Some("GET".to_owned()),
                path_prefix: format!("/items/{item_id}"),
                times: Some(1),
                effect: Effect::Odd {
                    field: field.to_owned(),
                    json: odd.map(str::to_owned),
                },
            });

            sync_for_a_new_event().await;
            let while_odd = stored(&deployment, item_id).await;
            sync_for_a_new_event().await;
            let after = stored(&deployment, item_id).await;

            let phase = if field == "/status" {
                "unknown"
            } else {
                "ready"
            };
            assert_eq!(while_odd["phase"], phase, "{field} {odd:?} {while_odd}");
            assert_eq!(while_odd[&field[1..]], Value::Null, "{field} {odd:?}");
            assert_eq!(
                (&after["phase"], &after["status"]),
                (&json!("ready"), &json!("UPDATED"))
            );
            assert_eq!(after["executionStatus"], "SUCCESS");
        }
    }
}
