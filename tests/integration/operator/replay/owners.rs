//! The owner of an item after a replay, and the items that a user's replay includes.

use std::collections::HashSet;

use pluggy::ItemId;
use serde_json::json;
use tests::Deployment;

use super::super::{
    ANOTHER_RUN, RUN, USER, ask, event, everything, operator_rows, replay_to_the_end, row,
    sync_operator_rows,
};
use super::nameless_deployment;

#[tokio::test]
async fn an_owner_that_pluggy_names_outranks_an_operators_earlier_one() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    import(&deployment, item_id, "usr_2").await;
    deployment
        .deliver(&event("item/created", "1", item_id, "usr_1"))
        .await;
    let run = ANOTHER_RUN;
    let mistaken = json!({"action": "replay", "run": run, "clientUserId": "usr_2"});

    assert_eq!(replay_to_the_end(&deployment, mistaken).await, 0);
    let fetches = replay_to_the_end(&deployment, everything(run)).await;
    forget_import(&deployment).await;
    sync_operator_rows(&deployment).await;

    assert_eq!(fetches, 1);
    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(owned.user().unwrap().as_str(), "usr_1");
}

#[tokio::test]
async fn an_owner_that_only_an_operator_named_stays_marked_as_imported() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    import(&deployment, item_id, USER).await;
    deployment
        .deliver(&json!({"event": "transactions/created", "eventId": "1", "itemId": item_id}))
        .await;

    let fetches = replay_to_the_end(&deployment, everything(ANOTHER_RUN)).await;
    let again = replay_to_the_end(&deployment, everything(ANOTHER_RUN)).await;
    forget_import(&deployment).await;
    sync_operator_rows(&deployment).await;

    assert_eq!((fetches, again), (1, 0));
    let origins: HashSet<_> = operator_rows(&deployment)
        .await
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_s().unwrap().clone();
            let body = String::from_utf8(row["body"].as_b().unwrap().as_ref().to_vec()).unwrap();
            (text("origin"), body.contains(USER))
        })
        .collect();
    assert_eq!(
        origins,
        HashSet::from([("replay".to_owned(), false), ("import".to_owned(), true)])
    );
    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(owned.user().unwrap().as_str(), USER);
}

/// Imports an item for a user, under `RUN`.
async fn import(deployment: &Deployment, item_id: ItemId, user: &str) {
    let items = json!([{"itemId": item_id, "clientUserId": user}]);
    let command = json!({"action": "import", "run": RUN, "items": items});
    ask(deployment, command).await;
}

/// Deletes the row of that import, as its expiry does.
async fn forget_import(deployment: &Deployment) {
    let tables = &deployment.tables;
    for row in operator_rows(deployment).await {
        if row["sk"].as_s().unwrap() == &format!("#import-{RUN}") {
            let delete = tables.client.delete_item().table_name(&tables.events);
            let delete = delete.key("pk", row["pk"].clone());
            delete.key("sk", row["sk"].clone()).send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_users_items_are_replayed_also_where_their_rows_are_lost() {
    let deployment = nameless_deployment().await;
    let mine = [
        deployment.connect(USER, "user-ok").await,
        deployment.connect(USER, "user-ok").await,
    ];
    let theirs = deployment.connect("usr_2", "user-ok").await;
    let claimed = deployment.connect("usr_2", "user-ok").await;
    for (event_id, item_id, user) in [
        ("1", mine[0], USER),
        ("2", mine[1], USER),
        ("3", theirs, "usr_2"),
        ("4", claimed, "usr_2"),
        ("5", claimed, USER),
    ] {
        deployment
            .deliver(&event("item/created", event_id, item_id, user))
            .await;
    }
    deployment.sync_all().await;
    let tables = &deployment.tables;
    let delete = tables.client.delete_item().table_name(&tables.items);
    let key = aws_sdk_dynamodb::types::AttributeValue::S(format!("ITEM#{}", mine[1]));
    delete.key("pk", key).send().await.unwrap();

    let command = json!({"action": "replay", "run": RUN, "clientUserId": USER});
    let fetches = replay_to_the_end(&deployment, command.clone()).await;
    let again = replay_to_the_end(&deployment, command).await;
    sync_operator_rows(&deployment).await;

    assert_eq!((fetches, again), (2, 0));
    for item_id in mine {
        let owned = row(&deployment, item_id).await.unwrap();
        assert_eq!(owned.user().unwrap().as_str(), USER);
    }
}

#[tokio::test]
async fn a_replay_of_a_user_does_not_take_lost_items_of_others() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect("usr_2", "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, "usr_2"))
        .await;
    deployment
        .deliver(&event("item/updated", "2", item_id, USER))
        .await;

    let command = json!({"action": "replay", "run": RUN, "clientUserId": USER});

    assert_eq!(replay_to_the_end(&deployment, command).await, 0);
}

#[tokio::test]
async fn a_replay_of_a_user_omits_items_that_pluggy_gave_to_another() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_2", "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    deployment.sync_all().await;

    let command = json!({"action": "replay", "run": RUN, "clientUserId": USER});

    assert_eq!(replay_to_the_end(&deployment, command).await, 0);
}
