//! Limits of one invocation, and where the next one continues.

use std::collections::HashSet;

use operator::Report;
use runtime::clock::now;
use serde_json::json;
use store::{
    Body, EncodedBody, Encoding, EventKey, ItemUpdate, NewEvent, Origin, Owner, Provenance,
    Schedule, Target,
};
use tests::Deployment;
use tokio::time::Instant;
use uuid::Uuid;

use crate::operator::{RUN, USER, event, everything, operator_rows, replayed};

#[tokio::test]
async fn one_invocation_requests_a_bounded_number_of_fetches() {
    let deployment = Deployment::start().await;
    for number in 0..60 {
        let item_id = Uuid::new_v4().to_string().parse().unwrap();
        deployment
            .deliver(&event("item/created", &number.to_string(), item_id, USER))
            .await;
    }

    let mut command = everything(RUN);
    let first = replayed(&deployment, command.clone()).await;
    command["cursor"] = first.cursor.clone().unwrap().into();
    let second = replayed(&deployment, command).await;

    assert_eq!((first.replayed, second.replayed), (25, 25));
    let targets: HashSet<_> = operator_rows(&deployment)
        .await
        .into_iter()
        .map(|row| row["pk"].as_s().unwrap().clone())
        .collect();
    assert_eq!(targets.len(), 50);
}

/// Stores a webhook event of each of so many items. The bodies fill several pages of a scan.
pub(super) async fn fill(deployment: &Deployment, items: u128) {
    let filler = "x".repeat(30_000);
    for number in 0..items {
        let item_id = Uuid::from_u128(number + 1).to_string().parse().unwrap();
        let body = json!({
            "event": "item/created", "eventId": number, "itemId": item_id, "clientUserId": USER,
            "filler": filler,
        });
        let body = body.to_string();
        let event = NewEvent {
            key: EventKey::of_target(Target::Item(item_id), &number.to_string()),
            name: "item/created".to_owned(),
            received_at: now(),
            origin: Origin::Webhook,
            body: Some(Body {
                sha256: [0; 32],
                encoded: EncodedBody {
                    bytes: body.into_bytes(),
                    encoding: Encoding::Identity,
                },
                truncated: false,
            }),
            quarantine: None,
        };
        deployment.tables.insert_event(&event).await;
    }
}

#[tokio::test]
async fn a_command_requests_as_many_fetches_as_it_says() {
    let deployment = Deployment::start().await;
    fill(&deployment, 90).await;
    let mut command = everything(RUN);
    command["limit"] = 40.into();
    let (mut requested, mut read) = (Vec::new(), 0);

    loop {
        let step = replayed(&deployment, command.clone()).await;
        requested.push(step.replayed);
        read += step.scanned;
        assert_eq!(step.known, 0, "a target is requested once in a run");
        assert!(step.rows.is_some());
        let Some(cursor) = step.cursor else { break };
        command["cursor"] = cursor.into();
    }

    assert_eq!(requested, [40, 40, 10]);
    assert!((90..=180).contains(&read), "{read}");
    assert_eq!(operator_rows(&deployment).await.len(), 90);
}

#[tokio::test]
async fn a_user_with_many_items_is_replayed_whole() {
    let deployment = Deployment::start().await;
    let items = deployment.tables.item_store();
    for number in 0..130_u128 {
        let item = ItemUpdate {
            item_id: Uuid::from_u128(number + 1).to_string().parse().unwrap(),
            owner: Some(Owner {
                user: USER.parse().unwrap(),
                provenance: Provenance::Event,
            }),
            created_at: now(),
            schedule: Schedule::default(),
        };
        items.put_schedule(&item, None, now()).await.unwrap();
    }
    let mut command = json!({"action": "replay", "run": RUN, "clientUserId": USER, "limit": 1_000});

    // A slow machine needs another invocation.
    let mut requested = 0;
    let cursor = loop {
        let step = replayed(&deployment, command.clone()).await;
        requested += step.replayed;
        let cursor = step.cursor.unwrap();
        if !cursor.starts_with("items.") {
            break cursor;
        }
        command["cursor"] = cursor.into();
    };

    assert_eq!((requested, cursor.as_str()), (130, "events."));
}

#[tokio::test]
async fn an_invocation_without_time_does_a_little_and_the_next_one_continues() {
    let deployment = Deployment::start().await;
    fill(&deployment, 200).await;
    let mut command = everything(RUN);
    command["limit"] = 10_000.into();
    let (mut steps, mut requested) = (0, 0);

    loop {
        let app = deployment.operator();
        let report = operator::handle(&app, command.clone(), now(), Instant::now()).await;
        let Report::Replayed(step) = report.unwrap() else {
            panic!()
        };
        steps += 1;
        requested += step.replayed;
        let Some(cursor) = step.cursor else { break };
        command["cursor"] = cursor.into();
    }

    assert_eq!(requested, 200);
    assert!(steps > 1, "{steps}");
}

#[tokio::test]
async fn an_invocation_whose_answer_is_lost_is_repeated_without_a_second_request() {
    let deployment = Deployment::start().await;
    fill(&deployment, 60).await;
    let mut command = everything(RUN);
    command["limit"] = 40.into();
    let lost = replayed(&deployment, command.clone()).await;

    let repeated = replayed(&deployment, command.clone()).await;
    command["cursor"] = repeated.cursor.clone().unwrap().into();
    let rest = replayed(&deployment, command).await;

    assert_eq!((repeated.replayed, repeated.known), (0, 40));
    assert_eq!((lost.replayed, rest.replayed), (40, 20));
    assert_eq!(operator_rows(&deployment).await.len(), 60);
}
