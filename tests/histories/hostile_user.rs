//! A user with a valid token who asks for items of another user in every way.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | no response is a success or differs from that about an unknown item | `items-are-shown-to-every-user` |
//! | no call to Pluggy names an item of another user | `items-are-shown-to-every-user` |

use lambda_http::{Body, Request, Response};
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use tests::{Deployment, sample};
use uuid::Uuid;

use crate::attack_figures::AttackFigures;

const VICTIM: &str = "usr_1";
const HOSTILE: &str = "usr_hostile";

/// An API request of a user about an item.
type Attack = fn(&str, &str) -> Request;

/// Every route that names an item, with what a user may add to the request.
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
    let items = [fetched(&deployment).await, placeholder(&deployment).await];
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
        "no call to Pluggy names an item of another user"
    );
    for table in tables {
        figures.rows += deployment.tables.rows(table).await.len();
    }
    figures.rows -= rows;
    eprintln!("hostile user: {figures}");
    assert_eq!((figures.rows, figures.refused), (0, 0));
}

/// Returns an item of the victim's with a snapshot.
async fn fetched(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(VICTIM, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deliver(deployment, item_id).await;
    item_id
}

/// Returns an item of the victim's whose first fetch has failed.
async fn placeholder(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(VICTIM, "user-ok").await;
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: format!("/items/{item_id}"),
        times: None,
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    });
    deliver(deployment, item_id).await;
    item_id
}

async fn deliver(deployment: &Deployment, item_id: ItemId) {
    let event = json!({
        "event": "item/created", "eventId": item_id, "itemId": item_id, "clientUserId": VICTIM,
    });
    assert_eq!(deployment.deliver(&event).await, 200);
    deployment.sync_all().await;
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
