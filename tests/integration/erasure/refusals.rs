//! Pluggy does not delete or return an item.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use store::{EventKey, Events};
use tests::Deployment;
use tests::tables::Row;

use super::{
    NEXT_DAY, USER, assert_nothing_is_left, command, erase, has_rows_with, is_at_pluggy, known_item,
};

fn fault(method: &str, effect: Effect) -> Fault {
    Fault {
        method: Some(method.to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    }
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

#[tokio::test]
async fn an_outage_is_waited_for() {
    for (effect, wait) in [
        (status(500, None), 30),
        (status(409, Some("ITEM_IS_UPDATING")), 120),
        (Effect::RateLimited { reset_seconds: 23 }, 23),
    ] {
        let deployment = Deployment::start().await;
        let item_id = known_item(&deployment, USER, 1).await;
        deployment.pluggy.add_fault(fault("DELETE", effect));

        let waiting = erase(&deployment, SignedDuration::ZERO).await;

        assert_eq!(waiting["result"], "running", "{waiting}");
        assert_eq!(waiting["retryAfterSeconds"], wait);
        // Nothing of it stays here meanwhile.
        assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
        deployment.assert_tombstone(item_id).await;
        deployment.pluggy.clear_faults();
        let receipt = erase(&deployment, SignedDuration::from_mins(5)).await;
        assert_eq!(receipt["stage"], "requested", "{receipt}");
        assert!(!is_at_pluggy(&deployment, item_id).await);
    }
}

#[tokio::test]
async fn a_refusal_is_reported_and_tried_again_before_the_final_receipt() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    let refused = status(403, Some("CLIENT_DOES_NOT_HAVE_PERMISSION"));
    deployment.pluggy.add_fault(fault("DELETE", refused));

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    let expected = json!([{"itemId": item_id, "reason": "CLIENT_DOES_NOT_HAVE_PERMISSION"}]);
    assert_eq!(receipt["stage"], "requested", "{receipt}");
    assert_eq!(receipt["notDeleted"], expected);
    deployment.assert_tombstone(item_id).await;
    let with_refusal = erase(&deployment, NEXT_DAY).await;
    assert_eq!(with_refusal["stage"], "final");
    assert_eq!(with_refusal["notDeleted"], expected);

    deployment.pluggy.clear_faults();
    let later = erase(&deployment, NEXT_DAY + SignedDuration::from_hours(1)).await;
    assert_eq!(later["stage"], "requested", "its events come now: {later}");
    assert_eq!(later["notDeleted"], json!([]));
    assert!(!is_at_pluggy(&deployment, item_id).await);
    let last = erase(&deployment, NEXT_DAY + NEXT_DAY + NEXT_DAY).await;
    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[item_id]).await;
}

#[tokio::test]
async fn an_item_without_a_snapshot_that_pluggy_does_not_return_is_not_deleted_there() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;
    deployment.pluggy.clear_faults();
    deployment
        .pluggy
        .add_fault(fault("GET", status(403, Some("FORBIDDEN"))));

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    let expected = json!([{"itemId": item_id, "reason": "not fetched: FORBIDDEN"}]);
    assert_eq!(receipt["notDeleted"], expected, "{receipt}");
    deployment.pluggy.clear_faults();
    assert!(is_at_pluggy(&deployment, item_id).await);
    // Nobody says that it is the user's: neither is it erased here, nor may the row name the user.
    let rows = deployment.tables.rows(&deployment.tables.items).await;
    assert!(!rows[0].contains_key("deletedAt") && !has_rows_with(&rows, USER));
    assert_eq!(receipt["itemIds"], json!([]));
    deployment.sync_all().await;
    let deleted = erase(&deployment, NEXT_DAY).await;
    assert_eq!(deleted["itemIds"], json!([item_id]), "{deleted}");
    assert!(!is_at_pluggy(&deployment, item_id).await);
}

#[tokio::test]
async fn an_item_without_a_snapshot_is_fetched_first_and_deleted() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;
    deployment.pluggy.clear_faults();

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    assert_eq!(receipt["counts"]["itemsDeleted"], 1, "{receipt}");
    assert!(!is_at_pluggy(&deployment, item_id).await);
}

#[tokio::test]
async fn an_outage_of_a_day_is_reported() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    deployment
        .pluggy
        .add_fault(fault("DELETE", status(500, None)));
    erase(&deployment, SignedDuration::ZERO).await;

    let receipt = erase(&deployment, SignedDuration::from_hours(24)).await;

    assert_eq!(receipt["stage"], "requested", "{receipt}");
    let expected = json!([{"itemId": item_id, "reason": "no answer"}]);
    assert_eq!(receipt["notDeleted"], expected);
}

/// Each call may end anywhere, and leaves only what it has stored. The events that named the user have expired.
#[tokio::test]
async fn a_refusal_is_not_forgotten_by_a_call_that_fails_afterwards() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    let events = deployment.tables.event_store();
    for row in deployment.tables.event_rows().await {
        let [partition, sort] = ["pk", "sk"].map(|key| row[key].as_s().unwrap().clone());
        events.delete(&EventKey { partition, sort }).await.unwrap();
    }
    deployment
        .pluggy
        .add_fault(fault("DELETE", status(403, Some("FORBIDDEN"))));
    let without_events = erasure::App {
        events: Events::new(deployment.tables.client.clone(), "none".to_owned()),
        ..deployment.erasure()
    };
    let erase_command = json!({"action": "erase", "clientUserId": USER});
    let deadline = tests::deployment::in_a_minute();
    let failed = erasure::handle(&without_events, erase_command, now(), deadline).await;
    assert!(failed.is_err());
    deployment.assert_tombstone(item_id).await;

    let receipt = erase(&deployment, SignedDuration::ZERO).await;
    let last = erase(&deployment, NEXT_DAY).await;

    let expected = json!([{"itemId": item_id, "reason": "FORBIDDEN"}]);
    assert_eq!(receipt["notDeleted"], expected, "{receipt}");
    assert_eq!(last["stage"], "final");
    assert_eq!(last["notDeleted"], expected);
}

/// The marker is lifted, expires, or the user is erased again much later.
#[tokio::test]
async fn another_erasure_knows_what_pluggy_has_not_deleted() {
    for (lifts, later) in [(true, SignedDuration::ZERO), (false, NEXT_DAY * 100)] {
        let deployment = Deployment::start().await;
        let item_id = known_item(&deployment, USER, 1).await;
        deployment
            .pluggy
            .add_fault(fault("DELETE", status(403, Some("FORBIDDEN"))));
        erase(&deployment, SignedDuration::ZERO).await;
        erase(&deployment, NEXT_DAY).await;
        if lifts {
            command(&deployment, "lift", NEXT_DAY).await;
        }

        let refused = erase(&deployment, NEXT_DAY + later).await;
        deployment.pluggy.clear_faults();
        let deleted = erase(&deployment, NEXT_DAY * 3 + later).await;

        let expected = json!([{"itemId": item_id, "reason": "FORBIDDEN"}]);
        assert_eq!(refused["notDeleted"], expected, "{refused}");
        assert_eq!(deleted["notDeleted"], json!([]), "{deleted}");
        assert!(!is_at_pluggy(&deployment, item_id).await);
    }
}

#[tokio::test]
async fn what_pluggy_has_not_deleted_is_kept_away_until_it_has() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    let tables = &deployment.tables;
    let expire = async || {
        let (items, limits) = (tables.rows(&tables.items), tables.rows(&tables.limits));
        let (items, limits) = (items.await, limits.await);
        let marker = has_key(&limits, &format!("ERASED#{item_id}"));
        let tombstone = has_key(&items, &format!("ITEM#{item_id}"));
        [marker, tombstone].map(|row| row.contains_key("expiresAt"))
    };
    deployment
        .pluggy
        .add_fault(fault("DELETE", status(403, Some("FORBIDDEN"))));

    erase(&deployment, SignedDuration::ZERO).await;
    assert_eq!(expire().await, [false, false]);
    deployment.pluggy.clear_faults();
    erase(&deployment, NEXT_DAY).await;

    assert_eq!(expire().await, [true, true]);
}

fn has_key<'a>(rows: &'a [Row], key: &str) -> &'a Row {
    let key = AttributeValue::S(key.to_owned());
    rows.iter().find(|row| row["pk"] == key).unwrap()
}

/// Another item keeps the first part waiting.
#[tokio::test]
async fn each_part_tries_a_refused_item_once() {
    let deployment = Deployment::start().await;
    let refused = known_item(&deployment, USER, 1).await;
    let updating = known_item(&deployment, USER, 2).await;
    let of = |item_id: ItemId, effect| Fault {
        path_prefix: format!("/items/{item_id}"),
        ..fault("DELETE", effect)
    };
    let faults = [
        of(refused, status(403, Some("FORBIDDEN"))),
        of(updating, status(409, Some("ITEM_IS_UPDATING"))),
    ];
    for fault in faults {
        deployment.pluggy.add_fault(fault);
    }
    let path = format!("/items/{refused}");
    let hours = SignedDuration::from_hours;

    for (later, stage, tries) in [
        (0, "items", 1),
        (1, "items", 1),
        (24, "requested", 1),
        (49, "final", 2),
    ] {
        let report = erase(&deployment, hours(later)).await;
        assert_eq!(report["stage"], stage, "{report}");
        assert_eq!(deployment.requests_for("DELETE", &path), tries, "{stage}");
    }
}
