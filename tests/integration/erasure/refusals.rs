//! Pluggy does not delete or return an item.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;
use tests::Deployment;

use super::{NEXT_DAY, USER, assert_nothing_is_left, erase, is_at_pluggy, known_item};

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
        assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
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
    deployment.assert_tombstone(item_id).await;
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
