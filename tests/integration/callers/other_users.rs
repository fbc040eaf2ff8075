use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{ItemUpdate, Schedule};
use tests::{Deployment, sample};
use uuid::Uuid;

use super::{answer, seen};
use crate::observed::Observed;

const OWNER: &str = "usr_1";
const OTHER_USER: &str = "usr_2";

/// A request of each route that names an item.
const ROUTES: [fn(&str) -> Value; 3] = [
    |item_id| at("item-status/item.json", item_id),
    |item_id| at("disconnect/item.json", item_id),
    |item_id| {
        let mut event = sample::json("connect-token/update-mode.json");
        event["body"] = json!({"itemId": item_id}).to_string().into();
        event
    },
];

/// Returns a request with the item's id in its path.
fn at(path: &str, item_id: &str) -> Value {
    let mut event = sample::json(path);
    event["pathParameters"]["itemId"] = item_id.into();
    event
}

/// Returns an item of [`OWNER`]'s in its state after its webhook.
async fn known_item(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(OWNER, "user-ok").await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": item_id, "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    item_id
}

async fn gone_item(deployment: &Deployment) -> ItemId {
    let item_id = known_item(deployment).await;
    let items = deployment.tables.item_store();
    items.put_tombstone(item_id, now(), now()).await.unwrap();
    item_id
}

/// Returns the item of a row without a snapshot, with or without an owner.
async fn placeholder(deployment: &Deployment, owner: Option<&str>) -> ItemId {
    let item_id: ItemId = Uuid::new_v4().to_string().parse().unwrap();
    let row = ItemUpdate {
        item_id,
        owner: owner.map(tests::owner),
        created_at: now(),
        schedule: Schedule {
            next_fetch_at: Some(now()),
            ..Schedule::default()
        },
    };
    let items = deployment.tables.item_store();
    items.put_schedule(&row, None, now()).await.unwrap();
    item_id
}

#[tokio::test]
async fn items_of_other_users_and_unknown_items_get_the_same_response() {
    let mut deployment = Deployment::start().await;
    let known = known_item(&deployment).await.to_string();
    let items = [
        ("unknown", Uuid::new_v4().to_string()),
        ("foreign", known.clone()),
        ("foreign, in capitals", known.to_uppercase()),
        ("gone", gone_item(&deployment).await.to_string()),
        (
            "foreign and unread",
            placeholder(&deployment, Some(OWNER)).await.to_string(),
        ),
        ("nobody's", placeholder(&deployment, None).await.to_string()),
    ];
    let observed = Observed::new();
    deployment.tables.client = observed.client(&deployment.tables);
    let requests_before = deployment.pluggy.requests().len();

    for event_for in ROUTES {
        let mut answers = Vec::new();
        for (what, item_id) in &items {
            deployment.tables.forget_limits().await;
            observed.take();
            let event = sample::as_user(event_for(item_id), OTHER_USER);
            let answer = seen(&answer(&deployment, &event).await);
            answers.push((what, answer, observed.take()));
        }

        let (_, unknown, path) = answers[0].clone();
        assert!(unknown.starts_with("404 "), "{unknown}");
        assert!(unknown.contains("item-not-found"), "{unknown}");
        assert!(!path.is_empty());
        for (what, answer, asked) in answers {
            assert_eq!(answer, unknown, "{what}");
            assert_eq!(asked, path, "{what}");
        }
    }
    assert_eq!(deployment.pluggy.requests().len(), requests_before);
}

#[tokio::test]
async fn an_item_that_is_gone_is_gone_for_its_owner_too() {
    let deployment = Deployment::start().await;
    let gone = gone_item(&deployment).await.to_string();
    let unknown = Uuid::new_v4().to_string();

    for event_for in ROUTES {
        let [gone, unknown] = [&gone, &unknown].map(|id| sample::as_user(event_for(id), OWNER));

        let gone = answer(&deployment, &gone).await;
        let unknown = answer(&deployment, &unknown).await;

        assert_eq!(seen(&gone), seen(&unknown));
    }
}
