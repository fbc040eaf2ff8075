//! Replays, which fetch again the items of events that were received before.

mod hints;
mod limits;
mod owners;
mod slow_store;

use jiff::SignedDuration;
use operator::Report;
use runtime::clock::now;
use sandbox::{Effect, Fault, Switches};
use serde_json::json;
use store::{EventKey, NewEvent, Origin, Target};
use tests::Deployment;
use tests::deployment::in_a_minute;
use uuid::Uuid;

use super::{
    ANOTHER_RUN, RUN, USER, event, everything, lose_items, operator_rows, replay_to_the_end,
    replayed, row, sync_operator_rows,
};

/// Starts a deployment in which Pluggy's responses name no user, so that only events can name an owner.
async fn nameless_deployment() -> Deployment {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    deployment
}

fn gone() -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect: Effect::Status {
            status: 404,
            code_description: Some("ITEM_NOT_FOUND".to_owned()),
        },
    }
}

#[tokio::test]
async fn lost_items_come_back_to_their_owners_when_the_stream_has_long_forgotten_them() {
    let deployment = nameless_deployment().await;
    let first = deployment.connect("usr_1", "user-ok").await;
    let second = deployment.connect("usr_2", "user-ok").await;
    for item_id in [first, second] {
        deployment.item_reaches(item_id, "UPDATED").await;
    }
    for body in [
        event("item/created", "1", first, "usr_1"),
        event("item/updated", "2", first, "usr_3"),
        event("item/created", "3", second, "usr_2"),
        json!({"event": "transactions/created", "eventId": "4", "itemId": second}),
    ] {
        deployment.deliver(&body).await;
    }
    deployment.sync_all().await;
    lose_items(&deployment).await;

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;
    sync_operator_rows(&deployment).await;

    assert_eq!(fetches, 2);
    for (user, item_id) in [("usr_1", first), ("usr_2", second)] {
        let (status, body) = deployment.status_of(user, item_id).await;
        assert_eq!((status, &body["phase"]), (200, &json!("ready")), "{user}");
    }
    assert_eq!(deployment.status_of("usr_3", first).await.0, 404);
}

#[tokio::test]
async fn a_replay_of_everything_twice_adds_nothing() {
    let deployment = Deployment::start().await;
    for number in 0..40 {
        let item_id = Uuid::new_v4().to_string().parse().unwrap();
        let event_id = number.to_string();
        deployment
            .deliver(&event("item/created", &event_id, item_id, USER))
            .await;
    }

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;
    let rows = deployment.tables.event_rows().await.len();
    let again = replay_to_the_end(&deployment, everything(RUN)).await;

    assert_eq!((fetches, rows, again), (40, 80, 0));
    assert_eq!(deployment.tables.event_rows().await.len(), rows);
}

#[tokio::test]
async fn a_second_replay_with_a_new_run_leaves_the_items_as_they_are() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    for run in [RUN, ANOTHER_RUN] {
        assert_eq!(replay_to_the_end(&deployment, everything(run)).await, 1);
        sync_operator_rows(&deployment).await;
    }

    let stored = row(&deployment, item_id).await.unwrap();

    assert_eq!(stored.owner().unwrap().user.as_str(), USER);
    assert_eq!(
        deployment.status_of(USER, item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn only_events_received_since_the_time_are_replayed() {
    let deployment = Deployment::start().await;
    let [old, new] = [(); 2].map(|()| Uuid::new_v4().to_string().parse().unwrap());
    deployment
        .deliver(&event("item/created", "1", old, USER))
        .await;
    let since = now() + SignedDuration::from_secs(1);
    let recent = NewEvent {
        key: EventKey::of_target(Target::Item(new), "2"),
        name: "item/updated".to_owned(),
        received_at: since,
        origin: Origin::Webhook,
        body: None,
        quarantine: None,
    };
    deployment.tables.insert_event(&recent).await;

    let command = json!({"action": "replay", "run": RUN, "since": since});
    let fetches = replay_to_the_end(&deployment, command).await;

    assert_eq!(fetches, 1);
    let added = operator_rows(&deployment).await;
    assert_eq!(added[0]["pk"].as_s().unwrap(), &format!("ITEM#{new}"));
}

#[tokio::test]
async fn quarantined_and_expired_events_are_not_replayed() {
    let deployment = Deployment::start().await;
    let [foreign, expired] = [(); 2].map(|()| Uuid::new_v4().to_string().parse().unwrap());
    let mut body = event("item/created", "1", foreign, USER);
    body["clientId"] = "22222222-0000-4000-8000-000000000003".into();
    deployment.deliver(&body).await;
    deployment.deliver(&json!(["no event"])).await;
    let long_ago = NewEvent {
        key: EventKey::of_target(Target::Item(expired), "2"),
        name: "item/updated".to_owned(),
        received_at: now() - SignedDuration::from_hours(31 * 24),
        origin: Origin::Webhook,
        body: None,
        quarantine: None,
    };
    deployment.tables.insert_event(&long_ago).await;

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;

    assert_eq!(fetches, 0);
}

#[tokio::test]
async fn a_quarantined_event_names_no_owner_and_proves_no_deletion() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    let mut foreign = event("item/deleted", "1", item_id, "usr_2");
    foreign["clientId"] = "22222222-0000-4000-8000-000000000003".into();
    deployment.deliver(&foreign).await;
    deployment
        .deliver(&event("item/created", "2", item_id, USER))
        .await;

    replay_to_the_end(&deployment, everything(RUN)).await;
    sync_operator_rows(&deployment).await;

    let added = operator_rows(&deployment).await;
    assert_eq!(added[0]["event"].as_s().unwrap(), "replay");
    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(owned.user().unwrap().as_str(), USER);
}

/// Replays events that were quarantined as another application's, until the right `PluggyClientId` was deployed.
#[tokio::test]
async fn an_event_quarantined_under_a_wrong_client_id_is_replayed_under_the_right_one() {
    let deployment = nameless_deployment().await;
    let right_one = "22222222-0000-4000-8000-000000000003";
    let [named, spoken_of] = [
        deployment.connect(USER, "user-ok").await,
        deployment.connect(USER, "user-ok").await,
    ];
    let foreign = Uuid::new_v4().to_string().parse().unwrap();
    let transactions =
        json!({"event": "transactions/created", "eventId": "2", "itemId": spoken_of});
    for (client_id, mut body) in [
        (right_one, event("item/created", "1", named, USER)),
        (right_one, transactions),
        (
            "33333333-0000-4000-8000-000000000003",
            event("item/created", "3", foreign, USER),
        ),
    ] {
        body["clientId"] = client_id.into();
        deployment.deliver(&body).await;
    }
    deployment.deliver(&json!(["no event"])).await;
    let mut app = deployment.operator();
    app.client_id = right_one.parse().unwrap();
    let users = json!({"action": "replay", "run": RUN, "clientUserId": USER, "cursor": "events."});

    let of_user = operator::handle(&app, users, now(), in_a_minute())
        .await
        .unwrap();
    let of_all = operator::handle(&app, everything(ANOTHER_RUN), now(), in_a_minute()).await;
    sync_operator_rows(&deployment).await;

    let fetches = |report| match report {
        Report::Replayed(replayed) => replayed.replayed,
        other => panic!("{other:?}"),
    };
    assert_eq!((fetches(of_user), fetches(of_all.unwrap())), (1, 2));
    for added in operator_rows(&deployment).await {
        assert_eq!(added["origin"].as_s().unwrap(), "replay");
    }
    let owner = row(&deployment, named)
        .await
        .unwrap()
        .user()
        .unwrap()
        .clone();
    assert_eq!(owner.as_str(), USER);
    assert_eq!(row(&deployment, spoken_of).await.unwrap().owner(), None);
}

#[tokio::test]
async fn a_replay_repairs_a_deletion_that_item_sync_missed() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    deployment.sync_all().await;
    deployment
        .deliver(&event("item/deleted", "2", item_id, USER))
        .await;
    deployment
        .deliver(&json!({"event": "transactions/created", "eventId": "3", "itemId": item_id}))
        .await;
    deployment.pluggy.add_fault(gone());

    replay_to_the_end(&deployment, everything(RUN)).await;
    sync_operator_rows(&deployment).await;

    deployment.assert_tombstone(item_id).await;
}

#[tokio::test]
async fn a_connector_is_replayed_like_an_item() {
    let deployment = Deployment::start().await;
    deployment
        .deliver(&json!({"event": "connector/status_updated", "eventId": "1", "id": "201", "connectorId": 201}))
        .await;

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;

    assert_eq!(fetches, 1);
    let added = operator_rows(&deployment).await;
    assert_eq!(added[0]["pk"].as_s().unwrap(), "CONNECTOR#201");
    assert_eq!(added[0]["sk"].as_s().unwrap(), &format!("#replay-{RUN}"));
}

#[tokio::test]
async fn an_item_with_only_fetch_requests_left_is_replayed_only_if_its_row_is_lost() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    deployment.sync_all().await;
    let since = now() + SignedDuration::from_mins(1);
    let check = NewEvent::fetch_request(Target::Item(item_id), "fetch-1-0", since);
    deployment.tables.insert_event(&check).await;

    let command = json!({"action": "replay", "run": RUN, "since": since});
    assert_eq!(replay_to_the_end(&deployment, command.clone()).await, 0);
    lose_items(&deployment).await;
    assert_eq!(replay_to_the_end(&deployment, command).await, 1);
}

#[tokio::test]
async fn one_item_is_replayed_whatever_is_stored_about_it() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;

    let command = json!({"action": "replay", "run": RUN, "itemId": item_id});
    assert_eq!(replayed(&deployment, command.clone()).await.replayed, 1);
    assert_eq!(replayed(&deployment, command).await.known, 1);
    sync_operator_rows(&deployment).await;

    assert_eq!(
        deployment.status_of(USER, item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn an_item_of_a_webhook_event_is_kept_while_pluggy_does_not_find_it() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&json!({"event": "transactions/created", "eventId": "1", "itemId": item_id}))
        .await;
    deployment.pluggy.add_fault(gone());

    replay_to_the_end(&deployment, everything(RUN)).await;
    sync_operator_rows(&deployment).await;

    let suspect = row(&deployment, item_id).await.unwrap();
    assert!(suspect.schedule.missing_since.is_some());
}
