//! A flood of hints: about made-up items, and about an item of another user. The hints are stored as if as many
//! accounts sent them as the limit for each user requires.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | hints leave no row in the item table | `made-up-items-get-a-row` |
//! | a batch fetches at most five unknown items | `unknown-items-have-no-bound` |
//! | a replay follows no hint | `a-replay-follows-hints` |

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::NewEvent;
use tests::deployment::{WEBHOOK_SECRET_SHA256, in_a_minute};
use tests::stream::ITEM_SYNC_BATCH_SIZE;
use tests::tables::Row;
use tests::{Deployment, sample, stream};
use uuid::Uuid;

use crate::attack_figures::AttackFigures;
use crate::plan::Plan;

const VICTIM: &str = "usr_1";
const FLOODER: &str = "usr_flooder";
/// Hints of one batch of the stream. The rest of the batch is Pluggy's event about the victim's item.
const HINTS_OF_A_BATCH: usize = ITEM_SYNC_BATCH_SIZE - 1;
/// Calls that the hints of one batch may cost.
const CALLS_OF_A_BATCH: usize = 5;

#[tokio::test]
async fn a_flood_of_hints_costs_bounded_calls_and_hinders_nobody() {
    let deployment = Deployment::start().await;
    let began = now();
    let victims = deployment.connect(VICTIM, "user-ok").await;
    deployment.item_reaches(victims, "UPDATED").await;
    let mut figures = AttackFigures::default();
    let batches = Plan::from_env().flood_batches;

    for batch in 0..batches {
        let known = keys(&deployment).await;
        let time = began + SignedDuration::from_mins(10 * i64::from(batch));
        for number in 0..HINTS_OF_A_BATCH {
            let item_id = if number == 0 { victims } else { made_up() };
            let hint = NewEvent::hint(item_id, &FLOODER.parse().unwrap(), time);
            deployment.tables.insert_event(&hint).await;
            figures.tried += 1;
        }
        figures.rows += keys(&deployment).await.len() - known.len();
        deliver(&deployment, victims, batch, time).await;

        let calls = item_calls(&deployment, None);
        let of_victim = item_calls(&deployment, Some(victims));
        sync_new_rows(&deployment, &known, time + SignedDuration::from_mins(5)).await;
        let calls = item_calls(&deployment, None) - calls;
        let of_victim = item_calls(&deployment, Some(victims)) - of_victim;

        assert_eq!(of_victim, 1, "hints are grouped with the event");
        assert!(
            calls - of_victim <= CALLS_OF_A_BATCH,
            "{calls} calls: a batch fetches at most five unknown items"
        );
        figures.calls += calls - of_victim;
        figures.others += 1;
        let (status, view) = deployment.status_of(VICTIM, victims).await;
        figures.refused += usize::from(status != 200 || view["phase"] != "ready");
        let rows = deployment.tables.rows(&deployment.tables.items).await;
        assert_eq!(rows.len(), 1, "hints leave no row in the item table");
    }

    assert_eq!(
        replayed(&deployment, began).await,
        1,
        "a replay follows no hint"
    );
    eprintln!("flood of hints: {figures}");
    assert_eq!(figures.refused, 0);
}

fn made_up() -> ItemId {
    Uuid::new_v4().to_string().parse().unwrap()
}

/// Delivers an event of Pluggy's about the victim's item.
async fn deliver(deployment: &Deployment, item_id: ItemId, number: u32, time: Timestamp) {
    let body = json!({
        "event": "item/updated", "eventId": number.to_string(), "itemId": item_id, "clientUserId": VICTIM,
    });
    let mut event = sample::json("webhook/item-created.json");
    event["body"] = body.to_string().into();
    let webhook = deployment.webhook(WEBHOOK_SECRET_SHA256);
    let response = webhook::handle(Some(&webhook), sample::request_of(&event), time).await;
    assert_eq!(response.status(), 200);
}

/// Returns the keys of the stored events.
async fn keys(deployment: &Deployment) -> HashSet<(String, String)> {
    let rows = deployment.tables.event_rows().await;
    rows.iter().map(key).collect()
}

fn key(row: &Row) -> (String, String) {
    let text = |name: &str| row[name].as_s().unwrap().clone();
    (text("pk"), text("sk"))
}

/// Handles the event rows that are not known, in one full batch.
async fn sync_new_rows(
    deployment: &Deployment,
    known: &HashSet<(String, String)>,
    time: Timestamp,
) {
    let mut rows = deployment.tables.event_rows().await;
    rows.retain(|row| !known.contains(&key(row)));
    assert_eq!(rows.len(), ITEM_SYNC_BATCH_SIZE);
    let batch = stream::batch(&rows);
    let app = deployment.item_sync();
    let response = item_sync::handle(&app, &batch, time, in_a_minute()).await;
    assert_eq!(response.batch_item_failures, []);
}

/// Returns the number of fetches so far, of one item or of all.
fn item_calls(deployment: &Deployment, item_id: Option<ItemId>) -> usize {
    let path = item_id.map_or_else(|| "/items/".to_owned(), |id| format!("/items/{id}"));
    let requests = deployment.pluggy.requests().into_iter();
    requests
        .filter(|request| request.method == "GET" && request.path.starts_with(&path))
        .count()
}

/// Replays everything, and returns the number of fetch requests.
async fn replayed(deployment: &Deployment, since: Timestamp) -> usize {
    let since = since - SignedDuration::from_hours(1);
    let mut command = json!({"action": "replay", "run": Uuid::from_u128(1), "since": since});
    let mut fetches = 0;
    loop {
        let report = operator::handle(
            &deployment.operator(),
            command.clone(),
            now(),
            in_a_minute(),
        )
        .await;
        let report: Value = serde_json::to_value(report.unwrap()).unwrap();
        fetches += report["replayed"].as_u64().unwrap();
        if report["cursor"].is_null() {
            return usize::try_from(fetches).unwrap();
        }
        command["cursor"] = report["cursor"].clone();
    }
}
