//! A user with a valid token who asks for items of another user in every way.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | no response is a success or differs from that about an unknown item | `items-are-shown-to-every-user` |
//! | no request to Pluggy names an item of another user | `disconnect-calls-pluggy-first` |
//! | a user gets at most 20 tokens in a period | `tokens-have-no-limit` |
//! | a user has at most 100 hints in a period | `hints-have-no-limit` |

use lambda_http::{Body, Request, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::in_a_minute;
use tests::{Deployment, sample, stream};
use uuid::Uuid;

use crate::attack_figures::AttackFigures;

const VICTIM: &str = "usr_1";
const HOSTILE: &str = "usr_hostile";

/// An API request of a user about an item.
type Attack = fn(&str, &str) -> Request;

/// Every route that answers about an item, with what a user may add to the request.
const ATTACKS: [Attack; 8] = [
    |user, item_id| sample::get_item(user, item_id, &[]),
    |user, item_id| {
        sample::get_item(
            user,
            item_id,
            &[("x-user-id", VICTIM), ("if-none-match", "*")],
        )
    },
    |user, item_id| sample::get_item(user, &item_id.to_uppercase(), &[]),
    sample::delete_item,
    |user, item_id| sample::delete_item(user, &format!("{{{item_id}}}")),
    |user, item_id| token(user, &json!({"itemId": item_id})),
    |user, item_id| token(user, &json!({"itemId": item_id, "clientUserId": VICTIM})),
    |user, item_id| token(user, &json!({"itemId": item_id.replace('-', "")})),
];

fn token(user: &str, body: &Value) -> Request {
    sample::with_body("connect-token/update-mode.json", user, body)
}

#[tokio::test]
async fn a_user_with_a_valid_token_gets_nothing_of_another_user() {
    let deployment = Deployment::start().await;
    let items = victims_items(&deployment).await;
    let mut figures = AttackFigures::default();
    let tables = [&deployment.tables.events, &deployment.tables.items];
    let mut rows = 0;
    for table in tables {
        rows += deployment.tables.rows(table).await.len();
    }
    let calls = deployment.pluggy.requests().len();

    for attack in ATTACKS {
        let unknown = Uuid::new_v4().to_string();
        let unknown = seen(&answer(&deployment, attack(HOSTILE, &unknown)).await);
        for item_id in items {
            let response = answer(&deployment, attack(HOSTILE, &item_id.to_string())).await;
            figures.tried += 1;

            assert!(
                response.status().is_client_error(),
                "no response is a success"
            );
            assert_eq!(
                seen(&response),
                unknown,
                "it does not show that the item exists"
            );
            figures.others += 1;
            let (status, _) = deployment.status_of(VICTIM, item_id).await;
            figures.refused += usize::from(status != 200);
        }
    }
    let list = deployment.items_of(HOSTILE).await;
    assert_eq!(
        list["items"],
        json!([]),
        "the list has no item of another user"
    );

    figures.calls = deployment.pluggy.requests().len() - calls;
    assert_eq!(
        figures.calls, 0,
        "no request to Pluggy names an item of another user"
    );
    for table in tables {
        figures.rows += deployment.tables.rows(table).await.len();
    }
    figures.rows -= rows;
    eprintln!("hostile user: {figures}");
    assert_eq!((figures.rows, figures.refused), (0, 0));
}

/// A relayed event is accepted about any item. The response is the same, and a relay about an item of another user
/// causes no fetch of that item.
#[tokio::test]
async fn a_relay_shows_and_changes_nothing_of_another_user() {
    let deployment = Deployment::start().await;
    let items = victims_items(&deployment).await;
    deployment.tables.renew_hints(HOSTILE).await;
    let rows = deployment.tables.rows(&deployment.tables.items).await;
    let calls = deployment.pluggy.requests().len();

    let unknown: ItemId = Uuid::new_v4().to_string().parse().unwrap();
    let expected = seen(&relay(&deployment, unknown).await);
    for item_id in items {
        let response = relay(&deployment, item_id).await;

        assert_eq!(response.status(), 202);
        assert_eq!(
            seen(&response),
            expected,
            "it does not show that the item exists"
        );
    }
    assert_eq!(
        sync_hints(&deployment).await,
        1 + items.len(),
        "each is stored"
    );

    let requests = deployment.pluggy.requests();
    let paths: Vec<&str> = requests[calls..]
        .iter()
        .map(|it| it.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [format!("/items/{unknown}")],
        "no request to Pluggy names an item of another user"
    );
    assert_eq!(deployment.tables.rows(&deployment.tables.items).await, rows);
}

#[tokio::test]
async fn a_user_reaches_the_limits_of_tokens_and_of_hints() {
    let deployment = Deployment::start().await;

    let mut granted = 0;
    for _ in 0..21 {
        let request = sample::with_body("connect-token/no-body.json", HOSTILE, &json!({}));
        let response = answer(&deployment, request).await;
        granted += usize::from(response.status() == 200);
    }
    assert_eq!(granted, 20, "a user gets at most 20 tokens in a period");

    for _ in 0..101 {
        let made_up = Uuid::new_v4().to_string().parse().unwrap();
        assert_eq!(relay(&deployment, made_up).await.status(), 202);
    }
    let stored = deployment.tables.event_rows().await.len();
    assert_eq!(stored, 100, "a user has at most 100 hints in a period");
}

/// Returns two items of the victim's: one with a snapshot, and one whose first fetch has failed.
async fn victims_items(deployment: &Deployment) -> [ItemId; 2] {
    let fetched = deployment.connect(VICTIM, "user-ok").await;
    deployment.item_reaches(fetched, "UPDATED").await;
    let event = json!({
        "event": "item/created", "eventId": fetched, "itemId": fetched, "clientUserId": VICTIM,
    });
    assert_eq!(deployment.deliver(&event).await, 200);
    deployment.sync_all().await;
    [fetched, deployment.never_fetched_item(VICTIM).await]
}

/// Relays an event of the widget's about an item.
async fn relay(deployment: &Deployment, item_id: ItemId) -> Response<Body> {
    let body = json!({"event": "onSuccess", "item": {"id": item_id}});
    let request = sample::with_body("connect-events/on-success.json", HOSTILE, &body);
    connect_events::handle(&deployment.connect_events(), request, now()).await
}

/// Handles all hints in one batch, and returns their number.
async fn sync_hints(deployment: &Deployment) -> usize {
    let mut rows = deployment.tables.event_rows().await;
    rows.retain(|row| row["origin"].as_s().unwrap() == "hint");
    let batch = stream::batch(&rows);
    let response = item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;
    assert_eq!(response.batch_item_failures, []);
    rows.len()
}

/// Calls the function behind the request's route.
async fn answer(deployment: &Deployment, request: Request) -> Response<Body> {
    match request.method().as_str() {
        "GET" => item_status::handle(&deployment.item_status(), request, now()).await,
        "DELETE" => disconnect::handle(&deployment.disconnect(), request, now()).await,
        _ => connect_token::handle(&deployment.connect_token(), request, now()).await,
    }
}

/// Returns every part of a response that its receiver sees.
fn seen(response: &Response<Body>) -> String {
    let body = String::from_utf8_lossy(response.body());
    format!("{} {:?} {body}", response.status(), response.headers())
}
