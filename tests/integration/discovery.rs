//! discovery: items without a webhook event are requested through the event table.

mod long_list;
mod rows;

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault, Switches};
use serde_json::json;
use store::DiscoveryProgress;
use tests::Deployment;
use tests::deployment::{eventually, in_a_minute};

use ::discovery::{Discovered, End};

/// Makes a run due, and runs it.
async fn run(deployment: &Deployment) -> Discovered {
    make_due(deployment).await;
    run_at(deployment, now()).await.unwrap()
}

/// Runs discovery if a run is due at `time`.
async fn run_at(deployment: &Deployment, time: Timestamp) -> Option<Discovered> {
    ::discovery::handle(&deployment.discovery(), time, in_a_minute())
        .await
        .unwrap()
}

async fn make_due(deployment: &Deployment) {
    let place = deployment.tables.discovery_place();
    let progress = DiscoveryProgress {
        due_at: None,
        ..place.get(now()).await.unwrap()
    };
    place.put(&progress, now()).await.unwrap();
}

/// Starts a deployment whose contract includes the list.
async fn start() -> Deployment {
    let deployment = Deployment::start().await;
    deployment.pluggy.set_switches(Switches {
        list_items: true,
        ..Switches::default()
    });
    deployment
}

async fn version(deployment: &Deployment, item_id: ItemId) -> Option<jiff::Timestamp> {
    let item = deployment.pluggy_client().item(item_id, now()).await;
    item.unwrap().unwrap().updated_at
}

#[tokio::test]
async fn an_item_without_a_webhook_event_is_found() {
    let deployment = start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    assert_eq!(deployment.status_of("usr_1", item_id).await.0, 404);

    let first = run(&deployment).await;
    deployment.sync_all().await;
    let second = run(&deployment).await;

    assert_eq!((first.listed, first.found, first.end), (1, 1, End::Bottom));
    assert_eq!((second.listed, second.found), (1, 0));
    let (status, body) = deployment.status_of("usr_1", item_id).await;
    assert_eq!((status, &body["phase"]), (200, &json!("ready")));
    let lines = deployment.metrics.lines();
    let line = lines
        .iter()
        .find(|line| line["message"] == "items listed")
        .unwrap();
    assert_eq!(
        (
            &line["ItemsListed"],
            &line["ItemsFoundByDiscovery"],
            &line["discovery.end"]
        ),
        (&json!(1), &json!(1), &json!("bottom"))
    );
}

#[tokio::test]
async fn an_item_whose_last_change_was_missed_is_found() {
    let deployment = start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    run(&deployment).await;
    deployment.sync_all().await;
    let before = version(&deployment, item_id).await;

    deployment.pluggy.sync(item_id.to_string().parse().unwrap());
    eventually("a newer state", async || {
        (version(&deployment, item_id).await > before).then_some(())
    })
    .await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let discovered = run(&deployment).await;

    assert_eq!((discovered.listed, discovered.found), (1, 1));
}

#[tokio::test]
async fn a_contract_without_the_list_is_reported_and_harms_nothing() {
    let deployment = Deployment::start().await;

    let discovered = run(&deployment).await;

    assert_eq!(
        discovered,
        Discovered {
            listed: 0,
            found: 0,
            end: End::Refused,
            was_limited: false,
        }
    );
    assert_eq!(deployment.metrics.lines()[0]["DiscoveryRefused"], 1);
    assert_eq!(deployment.tables.event_rows().await.len(), 0);
}

/// Returns after how many minutes the next run is due, as the schedule of five minutes sees it.
async fn due_after(deployment: &Deployment) -> i64 {
    let began = now();
    for minutes in (0..=120).step_by(5) {
        let time = began + SignedDuration::from_mins(minutes);
        if run_at(deployment, time).await.is_some() {
            return minutes;
        }
    }
    panic!("no run within two hours")
}

#[tokio::test]
async fn a_whole_list_is_read_again_after_an_hour() {
    let deployment = start().await;
    deployment.connect("usr_1", "user-ok").await;

    assert_eq!(run(&deployment).await.end, End::Bottom);

    assert_eq!(due_after(&deployment).await, 60);
    let lines = deployment.metrics.lines().into_iter();
    let of_runs = lines.filter(|line| line["message"] == "items listed");
    assert_eq!(of_runs.count(), 2, "no line where no run is due");
}

#[tokio::test]
async fn nothing_is_listed_while_the_fleets_calls_are_limited() {
    let deployment = start().await;
    deployment.connect("usr_1", "user-ok").await;
    let limits = deployment.tables.limit_store();
    let pause = now() + SignedDuration::from_mins(1);
    limits.pause_calls(pause).await.unwrap();

    let discovered = run(&deployment).await;

    assert_eq!((discovered.listed, discovered.end), (0, End::CallsLimited));
    assert_eq!(deployment.requests_for("GET", "/v2/items"), 0);
    assert_ne!(deployment.metrics.lines()[0]["CallsLimited"], 1);
    deployment.tables.forget_limits().await;
    assert_eq!(due_after(&deployment).await, 5);
}

#[tokio::test]
async fn a_429_pauses_the_whole_fleet() {
    let deployment = start().await;
    deployment.pluggy.add_fault(Fault {
        method: None,
        path_prefix: "/v2/items".to_owned(),
        times: Some(1),
        effect: Effect::Status {
            status: 429,
            code_description: None,
        },
    });

    assert_eq!(run(&deployment).await.end, End::CallsLimited);

    let pace = deployment.tables.limit_store().pace().await.unwrap();
    assert_eq!(pace.unwrap().calls_a_minute(now()), Some(0));
    assert_eq!(deployment.metrics.lines()[0]["CallsLimited"], 1);
}

/// The schedule may invoke the function twice at once.
#[tokio::test]
async fn of_two_runs_that_begin_together_one_runs() {
    let deployment = start().await;
    let time = now();

    let (first, second) = tokio::join!(run_at(&deployment, time), run_at(&deployment, time));

    assert!(first.is_some() != second.is_some());
    assert_eq!(deployment.requests_for("GET", "/v2/items"), 1);
}

#[tokio::test]
async fn an_unanswered_request_is_retried_in_the_next_run() {
    let deployment = start().await;
    deployment.connect("usr_1", "user-ok").await;
    deployment.pluggy.add_fault(Fault {
        method: None,
        path_prefix: "/v2/items".to_owned(),
        times: Some(1),
        effect: Effect::Status {
            status: 503,
            code_description: None,
        },
    });

    assert_eq!(run(&deployment).await.end, End::Unanswered);
    let in_five_minutes = now() + SignedDuration::from_mins(5);
    let next = run_at(&deployment, in_five_minutes).await.unwrap();
    assert_eq!(next.found, 1);
}
