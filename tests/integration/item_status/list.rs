//! `GET /items`: a user's items, newest first, page by page.

use jiff::SignedDuration;
use pluggy::{Item, ItemId};
use runtime::clock::now;
use serde_json::{Value, json};
use store::{ItemUpdate, Schedule, Snapshot};
use tests::{Deployment, sample};
use uuid::Uuid;

use super::{USER, answer, connected, json_of};

#[tokio::test]
async fn the_list_has_the_callers_items_newest_first() {
    let deployment = Deployment::start().await;
    let mut own = Vec::new();
    for _ in 0..3 {
        own.push(json!(connected(&deployment, "user-ok", "UPDATED").await));
    }
    own.reverse();

    let first = json_of(&answer(&deployment, sample::get_items(USER, &[("limit", "2")])).await);
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = json_of(
        &answer(
            &deployment,
            sample::get_items(USER, &[("limit", "2"), ("cursor", cursor)]),
        )
        .await,
    );
    let foreign = json_of(
        &answer(
            &deployment,
            sample::get_items("usr_2", &[("cursor", cursor)]),
        )
        .await,
    );

    let ids = |list: &Value| -> Vec<Value> {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["itemId"].clone())
            .collect()
    };
    assert_eq!(ids(&first), own[..2]);
    assert_eq!(ids(&second), own[2..]);
    assert_eq!(foreign, json!({"items": [], "nextCursor": null}));
}

/// Stores a row of `user` as item-sync writes it, made `minutes` ago.
pub(crate) async fn put_row(
    deployment: &Deployment,
    user: &str,
    minutes: i64,
    (status, execution_status): (&str, &str),
) -> ItemId {
    let item: Item = serde_json::from_value(json!({
        "id": Uuid::new_v4(), "status": status, "executionStatus": execution_status, "updatedAt": now(),
    }))
    .unwrap();
    let item_id = item.id;
    let row = ItemUpdate {
        item_id,
        owner: Some(tests::owner(user)),
        created_at: now() - SignedDuration::from_mins(minutes),
        schedule: Schedule::default(),
    };
    let snapshot = Snapshot {
        item: Box::new(item),
        fetched_at: now(),
    };
    let items = deployment.tables.item_store();
    items
        .put_snapshot(row, snapshot, &Schedule::default())
        .await
        .unwrap();
    item_id
}

#[tokio::test]
async fn a_list_names_a_poll_delay_until_the_first_of_its_items_may_have_changed() {
    let deployment = Deployment::start().await;
    put_row(&deployment, USER, 1, ("OUTDATED", "SITE_NOT_AVAILABLE")).await;
    put_row(&deployment, USER, 2, ("UPDATING", "LOGIN_IN_PROGRESS")).await;
    put_row(&deployment, USER, 3, ("UPDATED", "SUCCESS")).await;

    let response = answer(&deployment, sample::get_items(USER, &[])).await;

    let list = json_of(&response);
    let phases: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["phase"].as_str().unwrap())
        .collect();
    assert_eq!(phases, ["retrying", "connecting", "ready"]);
    assert_eq!(response.headers()["retry-after"], "3");
}

#[tokio::test]
async fn the_sample_requests_for_lists_are_understood() {
    let deployment = Deployment::start().await;

    for sample in ["item-status/list.json", "item-status/list-cursor.json"] {
        let response = answer(&deployment, sample::request(sample)).await;

        assert_eq!(response.status(), 200, "{sample}");
        assert_eq!(
            json_of(&response),
            json!({"items": [], "nextCursor": null}),
            "{sample}"
        );
    }
}
