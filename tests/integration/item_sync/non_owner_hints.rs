//! Hints from non-owners.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Switches;
use serde_json::Value;
use tests::deployment::in_a_minute;
use tests::tables::Row;
use tests::{Deployment, stream};

use super::hints::{NON_OWNER, hint, hint_later, item_without_events};
use super::{USER, event, gone, known_item, reads_of, request_fetch, row, sync_newest_event};

fn hide_owners_in_responses(deployment: &Deployment) {
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
}

fn last_line(deployment: &Deployment) -> Value {
    deployment.metrics.lines().pop().unwrap()
}

#[tokio::test]
async fn a_hint_from_a_non_owner_about_a_known_item_causes_no_fetch() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let reads = reads_of(&deployment, item_id);
    let before = row(&deployment, item_id).await;
    let later = SignedDuration::from_mins(10);
    hint_later(&deployment, item_id, NON_OWNER, later).await;

    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(reads_of(&deployment, item_id), reads);
    assert_eq!(row(&deployment, item_id).await, before);
    assert_eq!(last_line(&deployment)["HintsDropped"], 1);
}

#[tokio::test]
async fn a_hint_from_a_non_owner_stores_no_item() {
    let deployment = Deployment::start().await;
    let item_id = item_without_events(&deployment).await;
    hint(&deployment, item_id, NON_OWNER).await;

    deployment.sync_all().await;

    assert_eq!(row(&deployment, item_id).await, None);
    let line = last_line(&deployment);
    assert_eq!(
        (&line["HintsDropped"], &line["ItemsFetched"]),
        (&1.into(), &1.into())
    );
    assert_eq!(line["items"][0]["outcome"], "hint-dropped");
}

#[tokio::test]
async fn a_hint_sets_no_owner_where_pluggy_names_none() {
    let deployment = Deployment::start().await;
    hide_owners_in_responses(&deployment);
    let item_id = item_without_events(&deployment).await;
    hint(&deployment, item_id, NON_OWNER).await;

    deployment.sync_all().await;

    assert_eq!(row(&deployment, item_id).await, None);
}

#[tokio::test]
async fn a_hint_sets_no_owner_of_a_row_without_one() {
    let deployment = Deployment::start().await;
    hide_owners_in_responses(&deployment);
    let item_id = item_without_events(&deployment).await;
    request_fetch(&deployment, item_id, SignedDuration::ZERO).await;
    deployment.sync_all().await;
    let before = row(&deployment, item_id).await;
    let later = SignedDuration::from_mins(10);

    hint_later(&deployment, item_id, NON_OWNER, later).await;
    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(before.as_ref().unwrap().owner(), None);
    assert_eq!(row(&deployment, item_id).await, before);
}

#[tokio::test]
async fn a_hint_sets_the_owner_of_a_row_without_one_when_pluggy_names_its_user() {
    let deployment = Deployment::start().await;
    hide_owners_in_responses(&deployment);
    let item_id = item_without_events(&deployment).await;
    request_fetch(&deployment, item_id, SignedDuration::ZERO).await;
    deployment.sync_all().await;
    deployment.pluggy.set_switches(Switches::default());
    let later = SignedDuration::from_mins(10);

    for (user, status) in [(NON_OWNER, 404), (USER, 200)] {
        hint_later(&deployment, item_id, user, later).await;
        let rows = deployment.tables.event_rows().await;
        let of_user = rows
            .iter()
            .filter(|row| format!("{row:?}").contains("hint"))
            .cloned();
        let batch = stream::batch(&of_user.collect::<Vec<_>>());
        let app = deployment.item_sync();
        item_sync::handle(&app, &batch, now() + later, in_a_minute()).await;

        assert_eq!(
            deployment.status_of(USER, item_id).await.0,
            status,
            "{user}"
        );
    }
}

#[tokio::test]
async fn a_hint_from_a_non_owner_beside_a_better_reason_does_not_change_the_fetch() {
    let deployment = Deployment::start().await;
    let item_id = item_without_events(&deployment).await;
    hint(&deployment, item_id, NON_OWNER).await;
    request_fetch(&deployment, item_id, SignedDuration::ZERO).await;

    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.owner().unwrap().user.as_str(), USER);
}

#[tokio::test]
async fn a_hint_of_any_user_leaves_a_row_that_cannot_be_read_as_it_is() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    spoil(&deployment, item_id).await;
    let before = raw_rows(&deployment).await;

    for (user, minutes) in [(USER, 10), (NON_OWNER, 11)] {
        let later = SignedDuration::from_mins(minutes);
        hint_later(&deployment, item_id, user, later).await;
        sync_newest_event(&deployment, now() + later).await;
    }

    assert_eq!(raw_rows(&deployment).await, before);
}

#[tokio::test]
async fn a_hint_from_a_non_owner_restores_no_gone_item() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment.pluggy.add_fault(gone());
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;
    sync_newest_event(&deployment, now()).await;
    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
    deployment.pluggy.clear_faults();
    let before = raw_rows(&deployment).await;
    let later = SignedDuration::from_mins(10);

    hint_later(&deployment, item_id, NON_OWNER, later).await;
    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(raw_rows(&deployment).await, before);
}

async fn raw_rows(deployment: &Deployment) -> Vec<Row> {
    deployment.tables.rows(&deployment.tables.items).await
}

/// Makes the row unreadable.
async fn spoil(deployment: &Deployment, item_id: ItemId) {
    let tables = &deployment.tables;
    let update = tables.client.update_item().table_name(&tables.items);
    update
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET createdAt = :text")
        .expression_attribute_values(":text", AttributeValue::S("soon".to_owned()))
        .send()
        .await
        .unwrap();
    assert!(tables.item_store().get(item_id).await.is_err());
}
