//! Hints about items that are not their users' own.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Switches;
use serde_json::Value;
use tests::deployment::in_a_minute;
use tests::tables::Row;
use tests::{Deployment, stream};

use super::hints::{STRANGER, hint, hint_later, unheard_item};
use super::{USER, ask_for_check, event, gone, known_item, reads_of, row, sync_newest_event};

fn answers_name_nobody(deployment: &Deployment) {
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
}

fn last_line(deployment: &Deployment) -> Value {
    deployment.metrics.lines().pop().unwrap()
}

#[tokio::test]
async fn a_strangers_hint_about_a_known_item_is_not_worth_a_read() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let reads = reads_of(&deployment, item_id);
    let before = row(&deployment, item_id).await;
    let later = SignedDuration::from_mins(10);
    hint_later(&deployment, item_id, STRANGER, later).await;

    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(reads_of(&deployment, item_id), reads);
    assert_eq!(row(&deployment, item_id).await, before);
    assert_eq!(last_line(&deployment)["HintsDropped"], 1);
}

#[tokio::test]
async fn a_strangers_hint_does_not_bring_in_an_item() {
    let deployment = Deployment::start().await;
    let item_id = unheard_item(&deployment).await;
    hint(&deployment, item_id, STRANGER).await;

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
async fn a_hint_makes_nobody_the_owner_of_what_pluggy_says_is_nobodys() {
    let deployment = Deployment::start().await;
    answers_name_nobody(&deployment);
    let item_id = unheard_item(&deployment).await;
    hint(&deployment, item_id, STRANGER).await;

    deployment.sync_all().await;

    assert_eq!(row(&deployment, item_id).await, None);
}

#[tokio::test]
async fn a_hint_makes_nobody_the_owner_of_a_row_without_one() {
    let deployment = Deployment::start().await;
    answers_name_nobody(&deployment);
    let item_id = unheard_item(&deployment).await;
    ask_for_check(&deployment, item_id, SignedDuration::ZERO).await;
    deployment.sync_all().await;
    let before = row(&deployment, item_id).await;
    let later = SignedDuration::from_mins(10);

    hint_later(&deployment, item_id, STRANGER, later).await;
    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(before.as_ref().unwrap().owner, None);
    assert_eq!(row(&deployment, item_id).await, before);
}

#[tokio::test]
async fn a_row_without_an_owner_goes_to_the_hinting_user_whom_pluggy_names() {
    let deployment = Deployment::start().await;
    answers_name_nobody(&deployment);
    let item_id = unheard_item(&deployment).await;
    ask_for_check(&deployment, item_id, SignedDuration::ZERO).await;
    deployment.sync_all().await;
    deployment.pluggy.set_switches(Switches::default());
    let later = SignedDuration::from_mins(10);

    for (user, status) in [(STRANGER, 404), (USER, 200)] {
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
async fn a_strangers_hint_beside_a_better_reason_changes_nothing_about_the_look() {
    let deployment = Deployment::start().await;
    let item_id = unheard_item(&deployment).await;
    hint(&deployment, item_id, STRANGER).await;
    ask_for_check(&deployment, item_id, SignedDuration::ZERO).await;

    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.owner.unwrap().as_str(), USER);
}

#[tokio::test]
async fn a_hint_of_whoever_it_is_leaves_a_row_that_cannot_be_read_as_it_is() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    spoil(&deployment, item_id).await;
    let before = raw_rows(&deployment).await;

    for (user, minutes) in [(USER, 10), (STRANGER, 11)] {
        let later = SignedDuration::from_mins(minutes);
        hint_later(&deployment, item_id, user, later).await;
        sync_newest_event(&deployment, now() + later).await;
    }

    assert_eq!(raw_rows(&deployment).await, before);
}

#[tokio::test]
async fn a_strangers_hint_brings_nothing_back_that_is_gone() {
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

    hint_later(&deployment, item_id, STRANGER, later).await;
    sync_newest_event(&deployment, now() + later).await;

    assert_eq!(raw_rows(&deployment).await, before);
}

async fn raw_rows(deployment: &Deployment) -> Vec<Row> {
    deployment.tables.rows(&deployment.tables.items).await
}

/// Makes the row one that cannot be read.
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
