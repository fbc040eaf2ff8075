//! scheduler: items whose fetch is due are requested through the event table.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use store::{Events, ItemUpdate, Items, Schedule};
use tests::deployment::in_a_minute;
use tests::{Deployment, tables};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

/// Time of a run in which something stalls, of which scheduler keeps five seconds in reserve. The rest is enough for a
/// slow machine.
const LIMIT: Duration = Duration::from_secs(15);

#[tokio::test]
async fn an_item_whose_webhooks_never_arrived_is_found_by_its_due_fetch() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect: Effect::Status {
            status: 503,
            code_description: None,
        },
    });
    let event = json!({
        "event": "item/login_succeeded", "eventId": "1", "itemId": item_id, "clientUserId": "usr_1",
    });
    deployment.deliver(&event).await;
    deployment.sync_all().await;
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "connecting"
    );
    deployment.pluggy.clear_faults();

    let in_two_minutes = now() + SignedDuration::from_mins(2);
    let run = scheduler::handle(&deployment.scheduler(), in_two_minutes, in_a_minute())
        .await
        .unwrap();
    deployment.sync_all().await;

    assert_eq!((run.due, run.requested), (1, 1));
    assert!(run.oldest_overdue_seconds > 0);
    let lines = deployment.metrics.lines();
    let line = lines
        .iter()
        .rfind(|line| line["message"] == "due fetches requested")
        .unwrap();
    assert_eq!(
        [
            &line["FetchesDue"],
            &line["FetchesRequested"],
            &line["OldestOverdue"]
        ],
        [&json!(1), &json!(1), &json!(run.oldest_overdue_seconds)]
    );
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "ready"
    );
}

/// Anybody who knows the webhook secret can post an event with any id.
#[tokio::test]
async fn an_event_with_the_id_of_a_fetch_request_does_not_replace_it() {
    let deployment = Deployment::start().await;
    let start = now();
    due_each_second(&deployment, start, 1).await;
    let scheduler = deployment.scheduler();
    scheduler::handle(&scheduler, start, in_a_minute())
        .await
        .unwrap();
    let request = deployment.tables.event_rows().await.remove(0);
    let id_of = |attribute: &str| request[attribute].as_s().unwrap().clone();
    let later = start + SignedDuration::from_mins(15);
    let next_id = id_of("sk").replace("-0", "-1");
    let item_id = id_of("pk").replace("ITEM#", "");
    for id in [&next_id, next_id.trim_start_matches('#')] {
        let forged = json!({"event": "transactions/created", "eventId": id, "itemId": item_id});
        assert_eq!(deployment.deliver(&forged).await, 200);
    }

    let run = scheduler::handle(&scheduler, later, in_a_minute())
        .await
        .unwrap();

    assert_eq!((run.due, run.requested), (1, 1));
}

#[tokio::test]
async fn requested_items_neither_hide_others_nor_exceed_the_limit() {
    let deployment = Deployment::start().await;
    let start = now();
    due_each_second(&deployment, start, 620).await;
    let scheduler = deployment.scheduler();

    let mut asked = Vec::new();
    for seconds in [9, 630, 690, 750] {
        let now = start + SignedDuration::from_secs(seconds);
        let run = scheduler::handle(&scheduler, now, in_a_minute())
            .await
            .unwrap();
        asked.push(run.requested);
    }

    assert_eq!(asked, [10, 300, 300, 10]);
}

#[tokio::test]
async fn a_put_that_stalls_delays_the_tick_no_longer_than_its_time() {
    let deployment = Deployment::start().await;
    let start = now();
    due_each_second(&deployment, start, 2).await;
    let scheduler = scheduler::App {
        events: events_that_stall(&[]).await,
        ..deployment.scheduler()
    };
    let deadline = Instant::now() + LIMIT;

    let run = scheduler::handle(&scheduler, start + SignedDuration::from_secs(60), deadline);
    let run = timeout_at(deadline, run).await.unwrap().unwrap();

    assert_eq!((run.due, run.requested), (2, 0));
    assert_eq!(deployment.metrics.lines()[0]["FetchesDue"], json!(2));
}

#[tokio::test]
async fn a_refused_fetch_request_fails_the_tick_although_its_time_ends_before_the_others() {
    let deployment = Deployment::start().await;
    let start = now();
    due_each_second(&deployment, start, 2).await;
    let scheduler = scheduler::App {
        events: events_that_stall(&[StatusCode::BAD_REQUEST]).await,
        ..deployment.scheduler()
    };
    let deadline = Instant::now() + LIMIT;

    let run = scheduler::handle(&scheduler, start + SignedDuration::from_secs(60), deadline);
    let outcome = timeout_at(deadline, run).await.unwrap();

    assert!(outcome.is_err());
    assert_eq!(deployment.metrics.lines()[0]["FetchesDue"], json!(2));
}

#[tokio::test]
async fn a_requested_fetch_is_not_requested_again_at_once() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": "1", "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    let stored = deployment
        .tables
        .item_store()
        .get(item_id)
        .await
        .unwrap()
        .unwrap();
    let due = stored.schedule.next_fetch_at.unwrap();

    let mut asked = Vec::new();
    for minutes in [0, 1, 2, 20] {
        let run = scheduler::handle(
            &deployment.scheduler(),
            due + SignedDuration::from_mins(minutes),
            in_a_minute(),
        )
        .await
        .unwrap();
        asked.push(run.requested);
    }

    assert_eq!(asked, [1, 0, 0, 1]);
}

#[tokio::test]
async fn nothing_is_due_at_first() {
    let deployment = Deployment::start().await;

    assert_eq!(
        scheduler::handle(&deployment.scheduler(), now(), in_a_minute())
            .await
            .unwrap(),
        scheduler::Run::default()
    );
    let lines = deployment.metrics.lines();
    assert_eq!(
        (&lines[0]["FetchesDue"], &lines[0]["OldestOverdue"]),
        (&json!(0), &json!(0)),
        "the line reports that scheduler runs"
    );
}

/// Stores items of which one becomes due each second.
async fn due_each_second(deployment: &Deployment, start: Timestamp, items: i64) {
    let store = deployment.tables.item_store();
    for number in 0..items {
        let row = ItemUpdate {
            item_id: Uuid::new_v4().to_string().parse().unwrap(),
            owner: None,
            created_at: start,
            schedule: Schedule {
                next_fetch_at: Some(start + SignedDuration::from_secs(number)),
                ..Schedule::default()
            },
        };
        store.put_schedule(&row, None, start).await.unwrap();
    }
}

/// A run whose schedule has one readable shard: the fetch of that shard is requested, and the run fails.
#[tokio::test]
async fn shards_that_stall_hide_no_fetch_of_the_others_and_fail_the_run() {
    let deployment = Deployment::start().await;
    let start = now();
    let due = json!({
        "pk": {"S": "ITEM#9a7b6c5d-0000-4000-8000-000000000001"},
        "nextFetchAt": {"N": start.as_millisecond().to_string()},
    });
    let scheduler = scheduler::App {
        items: schedule_that_stalls_after(&json!({"Items": [due], "Count": 1})).await,
        ..deployment.scheduler()
    };
    let deadline = Instant::now() + LIMIT;

    let run = scheduler::handle(&scheduler, start, deadline);
    let outcome = timeout_at(deadline, run).await.unwrap();

    assert!(outcome.is_err());
    let line = &deployment.metrics.lines()[0];
    assert_eq!(
        (&line["FetchesDue"], &line["FetchesRequested"]),
        (&json!(1), &json!(1))
    );
}

/// Returns an item table that answers one request, and then stalls.
async fn schedule_that_stalls_after(answer: &serde_json::Value) -> Items {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(Mutex::new(Some(answer.to_string())));
    let router = Router::new().fallback(async move || {
        let answer = answer.lock().unwrap().take();
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Items::new(tables::client(&url), "items".to_owned())
}

/// Returns an event table that gives these responses, and then stalls.
async fn events_that_stall(answers: &[StatusCode]) -> Events {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = Arc::new(Mutex::new(
        answers.iter().copied().rev().collect::<Vec<_>>(),
    ));
    let router = Router::new().fallback(async move || {
        let answer = answers.lock().unwrap().pop();
        match answer {
            Some(status) => status,
            None => std::future::pending().await,
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Events::new(tables::client(&url), "events".to_owned())
}

/// During a pause of the calls to Pluggy, no fetch is requested. After it, the calls of each minute bound the requests.
#[tokio::test]
async fn a_limit_of_pluggys_bounds_the_requests() {
    let deployment = Deployment::start().await;
    let start = now();
    due_each_second(&deployment, start, 400).await;
    let scheduler = scheduler::App {
        fetches_per_minute: 7_000,
        ..deployment.scheduler()
    };
    let paused_until = start + SignedDuration::from_mins(20);
    deployment
        .tables
        .limit_store()
        .pause_calls(paused_until)
        .await
        .unwrap();
    let run_at = async |minutes: i64| {
        let time = start + SignedDuration::from_mins(minutes);
        scheduler::handle(&scheduler, time, in_a_minute())
            .await
            .unwrap()
            .requested
    };

    assert_eq!(run_at(19).await, 0);
    assert_eq!(run_at(20).await, 180);
    assert_eq!(run_at(60).await, 400, "nothing is limited any more");
}
