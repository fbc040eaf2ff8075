//! Items that an operator names.

use operator::Report;
use sandbox::Switches;
use serde_json::json;
use tests::Deployment;
use uuid::Uuid;

use super::{
    ANOTHER_RUN, RUN, USER, ask, everything, lose_items, operator_rows, replay_to_the_end, row,
    sync_operator_rows,
};

async fn nameless_deployment() -> Deployment {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    deployment
}

#[tokio::test]
async fn an_imported_item_is_fetched_and_shown_to_the_given_owner() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect("usr_other", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let command = json!({
        "action": "import", "run": RUN, "items": [{"itemId": item_id, "clientUserId": USER}],
    });

    let first = ask(&deployment, command.clone()).await;
    let second = ask(&deployment, command).await;
    sync_operator_rows(&deployment).await;

    assert_eq!(
        first,
        Report::Imported {
            imported: 1,
            known: 0,
            erased: 0
        }
    );
    assert_eq!(
        second,
        Report::Imported {
            imported: 0,
            known: 1,
            erased: 0
        }
    );
    assert_eq!(
        deployment.status_of(USER, item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn the_owner_whom_pluggy_names_wins_over_an_imported_one() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    let items = json!([{"itemId": item_id, "clientUserId": "usr_2"}]);

    ask(
        &deployment,
        json!({"action": "import", "run": RUN, "items": items}),
    )
    .await;
    sync_operator_rows(&deployment).await;

    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(owned.user().unwrap().as_str(), "usr_1");
    assert_eq!(deployment.status_of("usr_2", item_id).await.0, 404);
}

#[tokio::test]
async fn an_item_that_pluggy_does_not_know_is_not_listed() {
    let deployment = Deployment::start().await;
    let item_id = Uuid::new_v4();
    let items = json!([{"itemId": item_id, "clientUserId": USER}]);

    ask(
        &deployment,
        json!({"action": "import", "run": RUN, "items": items}),
    )
    .await;
    sync_operator_rows(&deployment).await;

    assert_eq!(
        row(&deployment, item_id.to_string().parse().unwrap()).await,
        None
    );
}

#[tokio::test]
async fn an_item_without_an_owner_gets_one_by_an_import() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect("usr_other", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&json!({"event": "transactions/created", "eventId": "1", "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    assert_eq!(row(&deployment, item_id).await.unwrap().owner(), None);

    let items = json!([{"itemId": item_id, "clientUserId": USER}]);
    ask(
        &deployment,
        json!({"action": "import", "run": RUN, "items": items}),
    )
    .await;
    sync_operator_rows(&deployment).await;

    assert_eq!(
        deployment.status_of(USER, item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn an_imported_owner_outlives_the_loss_of_the_row() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect("usr_other", "user-ok").await;
    let items = json!([{"itemId": item_id, "clientUserId": USER}]);
    ask(
        &deployment,
        json!({"action": "import", "run": RUN, "items": items}),
    )
    .await;
    sync_operator_rows(&deployment).await;
    lose_items(&deployment).await;

    replay_to_the_end(&deployment, everything(ANOTHER_RUN)).await;
    let replays: Vec<_> = operator_rows(&deployment)
        .await
        .into_iter()
        .filter(|row| row["sk"].as_s().unwrap().starts_with("#replay-"))
        .collect();
    let batch = tests::stream::batch(&replays);
    item_sync::handle(
        &deployment.item_sync(),
        &batch,
        runtime::clock::now(),
        tests::deployment::in_a_minute(),
    )
    .await;

    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(owned.user().unwrap().as_str(), USER);
}
