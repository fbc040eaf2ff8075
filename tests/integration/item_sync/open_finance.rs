//! The link of an Open Finance login: stored until it expires, and then dropped by the first write.

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Effect;
use serde_json::json;
use tests::Deployment;

use super::{USER, event, fault, gone, request_fetch, row, sync_newest_event, unavailable};

const BANK: u32 = 601;
/// The CPF of the user who never logs in at the bank.
const ABSENT: &str = "999.999.999-99";
const BANK_PAGE: &str = "https://bank.example.com/auth?request=";

/// Returns an item of [`USER`]'s whose row has the link of a login.
async fn item_with_link(deployment: &Deployment) -> ItemId {
    let item_id = deployment
        .connect_at(BANK, USER, &json!({"cpf": ABSENT}))
        .await;
    deployment.login_page_opens(item_id).await;
    deployment
        .deliver(&event("item/waiting_user_input", "1", item_id))
        .await;
    deployment.sync_all().await;
    item_id
}

/// Whether any row of the item table contains the link.
async fn is_link_stored(deployment: &Deployment) -> bool {
    let rows = deployment.tables.rows(&deployment.tables.items).await;
    format!("{rows:?}").contains(BANK_PAGE)
}

async fn expiry(deployment: &Deployment, item_id: ItemId) -> Timestamp {
    let snapshot = row(deployment, item_id)
        .await
        .unwrap()
        .snapshot()
        .unwrap()
        .clone();
    snapshot.item.parameter.unwrap().expires_at.unwrap()
}

/// Fetches the item at `time`.
async fn fetch_at(deployment: &Deployment, item_id: ItemId, time: Timestamp) {
    request_fetch(deployment, item_id, time.duration_since(now())).await;
    sync_newest_event(deployment, time).await;
}

#[tokio::test]
async fn a_link_is_stored_and_a_fetch_is_planned_for_its_expiry() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = item_with_link(&deployment).await;

    assert!(is_link_stored(&deployment).await);
    let stored = row(&deployment, item_id).await.unwrap();
    let grace = SignedDuration::from_secs(15);
    let planned = stored.schedule.next_fetch_at.unwrap();
    let late = planned.duration_since(expiry(&deployment, item_id).await + grace);
    assert!(late.abs() < SignedDuration::from_secs(1), "{late}");
}

#[tokio::test]
async fn a_write_before_the_expiry_keeps_the_link() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = item_with_link(&deployment).await;
    let before = expiry(&deployment, item_id).await - SignedDuration::from_mins(1);

    fetch_at(&deployment, item_id, before).await;
    assert!(is_link_stored(&deployment).await);
    deployment.pluggy.add_fault(unavailable());
    fetch_at(&deployment, item_id, before + SignedDuration::from_secs(1)).await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .schedule
            .fetch_failures,
        1
    );
    assert!(is_link_stored(&deployment).await);
}

#[tokio::test]
async fn the_first_fetch_after_the_expiry_drops_the_link_even_if_pluggy_still_has_it() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = item_with_link(&deployment).await;
    let expiry = expiry(&deployment, item_id).await;

    fetch_at(&deployment, item_id, expiry).await;

    assert!(!is_link_stored(&deployment).await);
    let stored = row(&deployment, item_id).await.unwrap();
    let parameter = &stored.snapshot().unwrap().item.parameter;
    assert_eq!(
        serde_json::to_value(parameter).unwrap(),
        json!({"name": "oauthCode", "type": "oauth", "expiresAt": expiry})
    );
}

#[tokio::test]
async fn a_link_that_expires_while_pluggy_responds_is_not_written() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = item_with_link(&deployment).await;
    let expiry = expiry(&deployment, item_id).await;
    deployment.pluggy.add_fault(fault(Effect::Delay {
        milliseconds: 1_500,
    }));

    fetch_at(&deployment, item_id, expiry - SignedDuration::from_secs(1)).await;

    assert!(!is_link_stored(&deployment).await);
}

#[tokio::test]
async fn a_fetch_after_the_expiry_that_fails_drops_the_link_and_keeps_the_rest() {
    for fault in [unavailable(), gone()] {
        let deployment = Deployment::start_in_real_time().await;
        let item_id = item_with_link(&deployment).await;
        let before = row(&deployment, item_id).await.unwrap();
        let expiry = expiry(&deployment, item_id).await;
        deployment.pluggy.add_fault(fault);

        fetch_at(&deployment, item_id, expiry).await;

        assert!(!is_link_stored(&deployment).await);
        let after = row(&deployment, item_id).await.unwrap();
        assert_ne!(after.schedule, before.schedule);
        let [mut before, mut after] = [before, after].map(|row| row.snapshot().unwrap().clone());
        assert_eq!(after.item.parameter.unwrap().expires_at, Some(expiry));
        (before.item.parameter, after.item.parameter) = (None, None);
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn an_old_response_after_the_expiry_drops_the_link_although_it_is_not_stored() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = item_with_link(&deployment).await;
    let before = row(&deployment, item_id)
        .await
        .unwrap()
        .snapshot()
        .unwrap()
        .clone();
    let expiry = expiry(&deployment, item_id).await;
    deployment.pluggy.add_fault(fault(Effect::Odd {
        field: "/updatedAt".to_owned(),
        json: Some(r#""2020-01-01T00:00:00Z""#.to_owned()),
    }));

    fetch_at(&deployment, item_id, expiry).await;

    assert!(!is_link_stored(&deployment).await);
    let after = row(&deployment, item_id)
        .await
        .unwrap()
        .snapshot()
        .unwrap()
        .clone();
    assert_eq!(after.version(), before.version());
    assert_eq!(after.fetched_at, before.fetched_at);
}
