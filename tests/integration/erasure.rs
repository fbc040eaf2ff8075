//! Erasure of a user: what is gone after each of its parts, and what arrives in between.

mod arrivals;
mod bus;
mod owners;
mod refusals;
mod sweep;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{ErasedItem, Erasures, Error, Write};
use tests::deployment::in_a_minute;
use tests::secrets::erasure_key_of;
use tests::tables::{Row, has_text};
use tests::{Deployment, sample, stream};

use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";
const NEIGHBOR: &str = "usr_2";
/// Time after which the second part can be done.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(25);

/// Carries out a command with this action at a time.
async fn command_at(app: &erasure::App, action: &str, user: &str, now: Timestamp) -> Value {
    let command = json!({"action": action, "clientUserId": user});
    let report = erasure::handle(app, command, now, in_a_minute()).await;
    serde_json::to_value(report.unwrap()).unwrap()
}

/// Carries out a command with this action for [`USER`], some time from now.
async fn command(deployment: &Deployment, action: &str, later: SignedDuration) -> Value {
    command_at(&deployment.erasure(), action, USER, now() + later).await
}

async fn erase(deployment: &Deployment, later: SignedDuration) -> Value {
    command(deployment, "erase", later).await
}

/// Asserts that the tables have nothing of the user, nor data of the items.
async fn assert_nothing_is_left(deployment: &Deployment, items: &[ItemId]) {
    let tables = &deployment.tables;
    for table in [&tables.events, &tables.items, &tables.limits] {
        assert!(!has_rows_with(&tables.rows(table).await, USER), "{table}");
    }
    let events = tables.event_rows().await;
    for item_id in items {
        let item_id_text = item_id.to_string();
        assert!(!has_rows_with(&events, &item_id_text), "{item_id}");
        deployment.assert_tombstone(*item_id).await;
    }
    let found = command(deployment, "verify", NEXT_DAY).await;
    let counts = [&found["items"], &found["events"], &found["limits"]];
    assert_eq!(counts, [0, 0, 0], "{found}");
    assert_eq!(found["cursor"], Value::Null);
}

fn has_rows_with(rows: &[Row], text: &str) -> bool {
    rows.iter().any(|row| has_text(row, text))
}

fn event(name: &str, event_id: &str, item_id: ItemId, user: &str) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": user})
}

/// Returns an item of a user's that our API shows, with events of several kinds.
async fn known_item(deployment: &Deployment, user: &str, number: u32) -> ItemId {
    let item_id = deployment.connect(user, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let created = event("item/created", &format!("{number}-created"), item_id, user);
    let transactions = json!({
        "event": "transactions/created", "eventId": format!("{number}-transactions"),
        "itemId": item_id, "transactionsCount": 3,
    });
    for event in [created, transactions] {
        assert_eq!(deployment.deliver(&event).await, 200);
    }
    deployment.sync_all().await;
    assert_eq!(deployment.status_of(user, item_id).await.0, 200);
    item_id
}

/// Passes every event row to item-sync at a time.
async fn sync_at(deployment: &Deployment, now: Timestamp) {
    let batch = stream::batch(&deployment.tables.event_rows().await);
    let answer = item_sync::handle(&deployment.item_sync(), &batch, now, in_a_minute()).await;
    assert_eq!(answer.batch_item_failures, []);
}

async fn token(deployment: &Deployment, user: &str, now: Timestamp) -> Response<Body> {
    let request = sample::with_body("connect-token/no-body.json", user, &json!({}));
    let answer = connect_token::handle(&deployment.connect_token(), request, now).await;
    check_answer("POST", "/connect-token", &answer);
    answer
}

async fn is_at_pluggy(deployment: &Deployment, item_id: ItemId) -> bool {
    let item = deployment.pluggy_client().item(item_id, now()).await;
    item.unwrap().is_some()
}

#[tokio::test]
async fn a_user_is_erased_everywhere_and_the_others_are_not() {
    let deployment = Deployment::start().await;
    let one = known_item(&deployment, USER, 1).await;
    let two = known_item(&deployment, USER, 2).await;
    let neighbors = known_item(&deployment, NEIGHBOR, 3).await;
    let events_before = deployment.tables.event_rows().await;
    assert!(has_rows_with(&events_before, USER));

    let requested = erase(&deployment, SignedDuration::ZERO).await;

    assert_eq!(requested["result"], "receipt", "{requested}");
    assert_eq!(requested["stage"], "requested");
    let mut items = [one.to_string(), two.to_string()];
    items.sort_unstable();
    assert_eq!(requested["itemIds"], json!(items));
    assert_eq!(requested["notDeleted"], json!([]));
    let counts = json!({"itemsDeleted": 2, "itemsGone": 0, "bodies": 4, "eventRows": 0});
    assert_eq!(requested["counts"], counts);
    for item_id in [one, two] {
        assert!(!is_at_pluggy(&deployment, item_id).await);
        assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
        deployment.assert_tombstone(item_id).await;
    }
    assert_eq!(
        deployment.tables.event_rows().await.len(),
        events_before.len(),
        "rows stay, so that a repeated delivery is a duplicate"
    );
    let rows = deployment.tables.event_rows().await;
    assert!(!has_rows_with(&rows, USER), "the bodies are gone");

    let last = erase(&deployment, NEXT_DAY).await;

    assert_eq!(last["stage"], "final", "{last}");
    assert_eq!(last["counts"]["eventRows"], 4);
    assert_eq!(last["userHmac"].as_str().unwrap().len(), 64);
    assert_eq!(last["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(last["rowVersion"], store::schema::VERSION);
    assert_nothing_is_left(&deployment, &[one, two]).await;
    assert!(is_at_pluggy(&deployment, neighbors).await);
    assert_eq!(deployment.status_of(NEIGHBOR, neighbors).await.0, 200);
    let rows = deployment.tables.event_rows().await;
    assert!(has_rows_with(&rows, NEIGHBOR), "another user's bodies stay");
}

#[tokio::test]
async fn a_receipt_is_given_again_and_the_final_one_waits_for_25_hours() {
    let deployment = Deployment::start().await;
    known_item(&deployment, USER, 1).await;

    let first = erase(&deployment, SignedDuration::ZERO).await;
    let second = erase(&deployment, SignedDuration::from_hours(24)).await;
    let last = erase(&deployment, NEXT_DAY).await;
    let again = erase(&deployment, NEXT_DAY).await;

    assert_eq!(first, second);
    assert_eq!(
        (&first["stage"], &last["stage"]),
        (&json!("requested"), &json!("final"))
    );
    assert_eq!(last, again);
}

#[tokio::test]
async fn the_guide_describes_every_field_of_a_receipt_and_every_copy_that_expires_later() {
    let deployment = Deployment::start().await;

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    let page = include_str!("../../docs/guides/erasure.md");
    let (_, guide) = page.split_once("## The receipt").unwrap();
    let (guide, _) = guide.split_once("\n## ").unwrap();
    let fields = receipt.as_object().unwrap().keys();
    let is_described = |field: &str| {
        let mut cells = guide.lines().filter_map(|line| line.split('|').nth(1));
        cells.any(|cell| cell.contains(&format!("`{field}`")))
    };
    let missing: Vec<_> = fields.filter(|field| !is_described(field)).collect();
    assert_eq!(missing, [""; 0]);
    for copy in receipt["goneLater"].as_array().unwrap() {
        let row = format!("| {}", copy["what"].as_str().unwrap());
        assert!(page.contains(&row), "{row}");
    }
}

#[tokio::test]
async fn a_user_who_was_never_seen_can_be_erased() {
    let deployment = Deployment::start().await;

    let receipt = erase(&deployment, SignedDuration::ZERO).await;
    let last = erase(&deployment, NEXT_DAY).await;

    assert_eq!(receipt["itemIds"], json!([]));
    assert_eq!(last["stage"], "final");
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn an_erased_user_gets_no_token_until_the_marker_ends() {
    let deployment = Deployment::start().await;
    erase(&deployment, SignedDuration::ZERO).await;

    let refused = token(&deployment, USER, now()).await;
    let others = token(&deployment, NEIGHBOR, now()).await;
    let days = |days: i64| now() + SignedDuration::from_hours(24 * days);
    let on_day_seven = token(&deployment, USER, days(7)).await;
    let on_day_nine = token(&deployment, USER, days(9)).await;

    let problem: Value = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(problem["type"], "urn:pluggy-lambda:problem:user-erased");
    assert_eq!(others.status(), 200);
    assert_eq!(on_day_seven.status(), 403);
    assert_eq!(on_day_nine.status(), 200);
}

#[tokio::test]
async fn an_operator_lifts_the_marker() {
    let deployment = Deployment::start().await;
    erase(&deployment, SignedDuration::ZERO).await;

    let lifted = command(&deployment, "lift", SignedDuration::ZERO).await;
    let again = command(&deployment, "lift", SignedDuration::ZERO).await;

    let report = json!({"result": "lifted", "wasErased": true, "wasFinal": false});
    assert_eq!(lifted, report);
    assert_eq!(again["wasErased"], false);
    assert_eq!(token(&deployment, USER, now()).await.status(), 200);
    let new_item = known_item(&deployment, USER, 9).await;
    assert_eq!(deployment.status_of(USER, new_item).await.0, 200);
}

/// Its row has lost the owner, and its events name the user for weeks.
#[tokio::test]
async fn an_item_that_was_disconnected_before_is_erased_with_its_events() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    let request = sample::delete_item(USER, &item_id.to_string());
    disconnect::handle(&deployment.disconnect(), request, now()).await;
    sync_at(&deployment, now() + SignedDuration::from_secs(5)).await;
    deployment.assert_tombstone(item_id).await;

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    assert_eq!(receipt["itemIds"], json!([item_id]));
    assert_eq!(receipt["counts"]["itemsDeleted"], 0);
    erase(&deployment, NEXT_DAY).await;
    assert_nothing_is_left(&deployment, &[item_id]).await;
}

#[tokio::test]
async fn a_verification_finds_what_is_not_erased() {
    let deployment = Deployment::start().await;
    known_item(&deployment, USER, 1).await;

    let found = command(&deployment, "verify", SignedDuration::ZERO).await;

    assert_eq!(found["items"], 1, "{found}");
    assert_eq!(found["events"], 1, "the other event names nobody");
    assert_eq!(found["limits"], 1);
    assert_eq!(found["isErasureKnown"], false);
    assert_eq!(found["goneLater"], json!([]));
    erase(&deployment, SignedDuration::ZERO).await;
    let erased = command(&deployment, "verify", SignedDuration::ZERO).await;
    assert_eq!(erased["isErasureKnown"], true);
    assert_eq!(erased["goneLater"].as_array().unwrap().len(), 7);
}

/// A second command may run while the first one does.
#[tokio::test]
async fn an_erasure_that_was_lifted_stores_no_progress() {
    let deployment = Deployment::start().await;
    erase(&deployment, SignedDuration::ZERO).await;
    let (erasures, user) = (deployment.erasure().erasures, USER.parse().unwrap());
    let hmac = erasures.hmac(&user).await.unwrap();
    let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
    let mut progress = erasures.progress(&hmac, now()).await.unwrap().unwrap();

    command(&deployment, "lift", SignedDuration::ZERO).await;

    let state = ErasedItem::Found;
    let stored = erasures.put_item(&hmac, item_id, &state).await.unwrap();
    assert_eq!(stored, Write::Stale);
    assert_eq!(erasures.save(&mut progress).await.unwrap(), Write::Stale);
    assert!(erasures.add_item(&hmac, item_id, &state).await.is_err());
    assert_eq!(erasures.progress(&hmac, now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_call_whose_time_is_over_begins_nothing() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    let command = json!({"action": "erase", "clientUserId": USER});
    let deadline = in_a_minute() - Duration::from_secs(50);

    let report = erasure::handle(&deployment.erasure(), command, now(), deadline).await;

    let report = serde_json::to_value(report.unwrap()).unwrap();
    assert_eq!(report["result"], "running", "{report}");
    assert_eq!(report["retryAfterSeconds"], 0);
    assert!(is_at_pluggy(&deployment, item_id).await);
}

/// Each row of a webhook has the text `webhook`.
#[tokio::test]
async fn a_user_whose_id_is_a_text_of_every_row_takes_nothing_of_the_others() {
    let deployment = Deployment::start().await;
    known_item(&deployment, NEIGHBOR, 1).await;
    let before = deployment.tables.event_rows().await;

    let at = now();
    command_at(&deployment.erasure(), "erase", "webhook", at).await;
    let last = command_at(&deployment.erasure(), "erase", "webhook", at + NEXT_DAY).await;

    assert_eq!(last["stage"], "final");
    assert_eq!(deployment.tables.event_rows().await, before);
}

/// Under another key no marker would be found.
#[tokio::test]
async fn a_replaced_key_is_an_error() {
    let deployment = Deployment::start().await;
    erase(&deployment, SignedDuration::ZERO).await;
    let tables = &deployment.tables;
    let key = erasure_key_of("another-key-of-the-digests-of-erased-users");
    let erasures = Erasures::new(tables.client.clone(), tables.limits.clone(), key);
    let user = USER.parse().unwrap();

    let of_token = erasures.is_erased(&user, now()).await.unwrap_err();
    let of_batch = erasures.among([&user], [], now()).await.unwrap_err();
    let of_erasure = erasures.hmac(&user).await.unwrap_err();

    for error in [of_token, of_batch, of_erasure] {
        assert!(matches!(error, Error::ErasureKey { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_command_that_is_none_is_refused() {
    let deployment = Deployment::start().await;

    let report = command_at(&deployment.erasure(), "forget", USER, now()).await;

    assert_eq!(report["result"], "refused");
    assert!(
        deployment
            .tables
            .rows(&deployment.tables.limits)
            .await
            .is_empty()
    );
}
