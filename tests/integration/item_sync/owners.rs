//! The owner of an item.

use jiff::SignedDuration;
use operator::Report;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Switches;
use serde_json::json;
use store::Provenance;
use tests::Deployment;
use tests::deployment::in_a_minute;
use uuid::Uuid;

use super::{USER, event, request_fetch, row, sync_later, sync_newest_event, unavailable};

#[tokio::test]
async fn the_owner_comes_from_the_event_where_the_response_has_none() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;

    deployment.sync_all().await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .user()
            .unwrap()
            .as_str(),
        USER
    );
}

#[tokio::test]
async fn an_event_that_names_the_owner_is_not_skipped() {
    let deployment = Deployment::start().await;
    let switches = Switches {
        omit_client_user_id: true,
        ..Switches::default()
    };
    deployment.pluggy.set_switches(switches);
    let item_id = deployment.connect(USER, "user-ok").await;
    let nameless = json!({"event": "transactions/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&nameless).await;
    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    assert_eq!(row(&deployment, item_id).await.unwrap().owner(), None);

    deployment
        .deliver(&event("item/created", "2", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_secs(11)).await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .user()
            .unwrap()
            .as_str(),
        USER
    );
}

#[tokio::test]
async fn an_event_whose_response_is_dropped_sets_the_owner_all_the_same() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let nameless = json!({"event": "transactions/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&nameless).await;
    sync_later(&deployment, SignedDuration::from_secs(10)).await;

    deployment
        .deliver(&event("item/created", "2", item_id))
        .await;
    sync_newest_event(&deployment, now()).await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.owner().unwrap().user.as_str(), USER);
    assert_eq!(
        stored.schedule.confirming_fetches, 1,
        "its answer was dropped"
    );
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
}

#[tokio::test]
async fn the_first_owner_stays() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;

    deployment
        .deliver(&json!({"event": "item/updated", "eventId": "2", "itemId": item_id, "clientUserId": "usr_2"}))
        .await;
    deployment.sync_all().await;

    assert_eq!(
        row(&deployment, item_id)
            .await
            .unwrap()
            .user()
            .unwrap()
            .as_str(),
        USER
    );
    assert_eq!(deployment.status_of("usr_2", item_id).await.0, 404);
}

#[tokio::test]
async fn an_imported_owner_is_replaced_by_the_one_that_pluggy_names_later() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    import(&deployment, item_id, "usr_2").await;
    deployment.pluggy.add_fault(unavailable());
    deployment.sync_all().await;
    assert_eq!(owner(&deployment, item_id).await, "usr_2");

    deployment.pluggy.clear_faults();
    request_fetch(&deployment, item_id, SignedDuration::from_mins(1)).await;
    sync_newest_event(&deployment, now() + SignedDuration::from_mins(1)).await;

    assert_eq!(owner(&deployment, item_id).await, USER);
    assert_eq!(
        deployment.metrics.lines().pop().unwrap()["OwnerConflicts"],
        serde_json::Value::Null,
        "an operator's mistake is none of pluggy's"
    );
}

#[tokio::test]
async fn an_imported_owner_is_replaced_by_the_one_that_an_event_names() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.pluggy.add_fault(unavailable());
    import(&deployment, item_id, "usr_2").await;
    deployment.sync_all().await;

    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    sync_newest_event(&deployment, now()).await;

    assert_eq!(owner(&deployment, item_id).await, USER);
    assert!(!row(&deployment, item_id).await.unwrap().is_unconfirmed());
}

#[tokio::test]
async fn in_one_batch_an_events_user_comes_before_an_imported_one() {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let item_id = deployment.connect(USER, "user-ok").await;
    import(&deployment, item_id, "usr_2").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;

    deployment.sync_all().await;

    assert_eq!(owner(&deployment, item_id).await, USER);
}

/// Pluggy does not answer the first fetch. An event with the right secret names another user before that.
#[tokio::test]
async fn a_forged_event_does_not_keep_an_item_from_its_owner() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment.pluggy.add_fault(unavailable());
    deployment
        .deliver(&json!({"event": "item/created", "eventId": "forged", "itemId": item_id, "clientUserId": "usr_2"}))
        .await;
    deployment.sync_all().await;
    assert_eq!(owner(&deployment, item_id).await, "usr_2");

    deployment.pluggy.clear_faults();
    sync_later(&deployment, SignedDuration::from_mins(1)).await;

    assert_eq!(owner(&deployment, item_id).await, USER);
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
    assert_eq!(deployment.status_of("usr_2", item_id).await.0, 404);
    assert_eq!(deployment.items_of("usr_2").await["items"], json!([]));
    assert_eq!(
        deployment.metrics.lines().pop().unwrap()["OwnerConflicts"],
        1
    );
}

#[tokio::test]
async fn the_row_says_who_named_the_owner() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    let provenance = async || {
        let stored = row(&deployment, item_id).await.unwrap();
        stored.owner().unwrap().provenance
    };
    deployment.pluggy.add_fault(unavailable());
    import(&deployment, item_id, USER).await;
    deployment.sync_all().await;
    assert_eq!(provenance().await, Provenance::Import);

    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    sync_newest_event(&deployment, now()).await;
    assert_eq!(provenance().await, Provenance::Event);

    deployment.pluggy.clear_faults();
    sync_later(&deployment, SignedDuration::from_mins(1)).await;
    assert_eq!(provenance().await, Provenance::Response);
    let lines = deployment.metrics.lines();
    assert!(
        lines
            .iter()
            .all(|line| line.get("OwnerConflicts").is_none())
    );
}

#[tokio::test]
async fn different_users_in_the_events_of_one_batch_are_a_conflict() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.pluggy.add_fault(unavailable());
    for (event_id, user) in [("1", USER), ("2", "usr_2")] {
        deployment
            .deliver(&json!({"event": "item/created", "eventId": event_id, "itemId": item_id, "clientUserId": user}))
            .await;
    }

    deployment.sync_all().await;

    let line = deployment.metrics.lines().pop().unwrap();
    assert_eq!(line["OwnerConflicts"], 1);
    assert_eq!(owner(&deployment, item_id).await, USER);
}

#[tokio::test]
async fn a_late_event_with_another_user_is_a_conflict_although_it_is_skipped() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_mins(1)).await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": "2", "itemId": item_id, "clientUserId": "usr_2"}))
        .await;

    sync_newest_event(&deployment, now()).await;

    let line = deployment.metrics.lines().pop().unwrap();
    assert_eq!(
        (&line["OwnerConflicts"], &line["ItemsSkipped"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(owner(&deployment, item_id).await, USER);
}

async fn owner(deployment: &Deployment, item_id: ItemId) -> String {
    let stored = row(deployment, item_id).await.unwrap();
    stored.owner().unwrap().user.as_str().to_owned()
}

/// Lets an operator import an item for a user.
async fn import(deployment: &Deployment, item_id: ItemId, user: &str) {
    let command = json!({
        "action": "import", "run": Uuid::new_v4(),
        "items": [{"itemId": item_id, "clientUserId": user}],
    });
    let report = operator::handle(&deployment.operator(), command, now(), in_a_minute()).await;
    let imported = Report::Imported {
        imported: 1,
        known: 0,
        erased: 0,
    };
    assert_eq!(report.unwrap(), imported);
}
