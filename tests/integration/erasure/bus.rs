//! The bus: `user.erased`, and nothing else about an erased user.

use erasure::Bus;
use harness::Refusal;
use jiff::{SignedDuration, Timestamp};
use publish::NO_ERASURES_REMEMBERED_FOR;
use runtime::clock::now;
use serde_json::json;
use tests::deployment::in_a_minute;
use tests::publishing::{BUS, event_bridge};
use tests::stream::{self, item_record};

use super::{NEIGHBOR, NEXT_DAY, USER, command_at, event, known_item};
use crate::publish::testbed::Testbed;

/// The timeout of publish and republish in the template.
const PUBLISH_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

fn with_bus(testbed: &Testbed) -> erasure::App {
    let bus = Bus::new(event_bridge(&testbed.bus.url()), BUS.to_owned());
    erasure::App {
        bus: Some(bus),
        ..testbed.deployment.erasure()
    }
}

#[tokio::test]
async fn nothing_but_the_erasure_is_published_after_the_marker() {
    let testbed = Testbed::start().await;
    let deployment = &testbed.deployment;
    let item_id = known_item(deployment, USER, 1).await;
    let neighbors = known_item(deployment, NEIGHBOR, 2).await;
    let rows_before = testbed.item_rows().await;

    let waiting = command_at(&with_bus(&testbed), "erase", USER, now()).await;
    assert_eq!(waiting["stage"], "announcement", "{waiting}");
    assert_eq!(waiting["retryAfterSeconds"], 61);
    assert!(!testbed.detail_types().contains(&"user.erased".to_owned()));
    let in_a_minute = now() + SignedDuration::from_secs(61);
    let receipt = command_at(&with_bus(&testbed), "erase", USER, in_a_minute).await;
    let late = event("item/deleted", "late", item_id, USER);
    let nameless = json!({
        "event": "transactions/deleted", "eventId": "nameless", "itemId": item_id,
        "transactionIds": [],
    });
    testbed.deliver(&late).await;
    testbed.deliver(&nameless).await;
    // The images of the streams are older than the erasure, and have the bodies and the owner.
    let rows_after = testbed.item_rows().await;
    let changes: Vec<_> = rows_before
        .iter()
        .chain(&rows_after)
        .enumerate()
        .map(|(number, row)| item_record(number, None, Some(row)))
        .collect();
    assert_eq!(testbed.feed(&changes).await, Vec::<String>::new());
    testbed.feed_events().await;

    assert_eq!(receipt["isPublished"], true);
    let published = testbed.published();
    let (erased, others): (Vec<_>, Vec<_>) = published
        .iter()
        .partition(|event| event.detail_type == "user.erased");
    assert_eq!(erased.len(), 1);
    let detail = erased[0].json();
    assert_eq!(detail["user"], USER);
    assert_eq!(detail["itemIds"], json!([item_id]));
    assert!(!others.is_empty());
    for event in others {
        let detail = event.json();
        assert_eq!(detail["itemId"], json!(neighbors), "{detail:#}");
    }
}

/// A process remembers that no user was ever erased, so that it need not read it for each batch.
#[tokio::test]
async fn publish_notices_the_first_erasure_after_20_seconds_and_before_its_announcement() {
    let testbed = Testbed::start().await;
    let deployment = &testbed.deployment;
    known_item(deployment, USER, 1).await;
    let rows = deployment.tables.event_rows().await;
    let records = stream::records(&rows);
    let marked_at = now();
    let feed = async |seconds| {
        let before = testbed.published().len();
        let at = marked_at + SignedDuration::from_secs(seconds);
        assert_eq!(testbed.feed_at(&records, at).await, Vec::<String>::new());
        testbed.published().len() - before
    };
    assert_eq!(feed(0).await, records.len());

    command_at(&deployment.erasure(), "erase", USER, marked_at).await;

    assert_eq!(feed(19).await, records.len());
    assert_eq!(feed(20).await, 0);
    let bound = NO_ERASURES_REMEMBERED_FOR + PUBLISH_TIMEOUT;
    assert!(bound < erasure::BEFORE_ANNOUNCEMENT);
}

/// Without a limit a process would remember it for as long as the clock was set back.
#[tokio::test]
async fn publish_remembers_nothing_if_its_clock_is_set_back() {
    let testbed = Testbed::start().await;
    let deployment = &testbed.deployment;
    known_item(deployment, USER, 1).await;
    let records = stream::records(&deployment.tables.event_rows().await);
    let marked_at = now();
    testbed.feed_at(&records, marked_at).await;
    command_at(&deployment.erasure(), "erase", USER, marked_at).await;
    let before = testbed.published().len();

    let an_hour_before = marked_at - SignedDuration::from_hours(1);
    testbed.feed_at(&records, an_hour_before).await;

    assert_eq!(testbed.published().len(), before);
}

/// Asks for the erasure of [`USER`] at a time, and returns why the bus does not take the event.
async fn refused_by_the_bus(testbed: &Testbed, now: Timestamp) -> String {
    let command = json!({"action": "erase", "clientUserId": USER});
    let report = erasure::handle(&with_bus(testbed), command, now, in_a_minute()).await;
    report.unwrap_err().to_string()
}

#[tokio::test]
async fn a_call_fails_if_the_bus_does_not_take_the_event_and_the_next_one_publishes_it() {
    let testbed = Testbed::start().await;
    command_at(&with_bus(&testbed), "erase", USER, now()).await;
    let later = now() + SignedDuration::from_secs(61);
    testbed.bus.set_refusals([Refusal::with("InternalFailure")]);

    let refused = refused_by_the_bus(&testbed, later).await;
    testbed.bus.set_refusals([]);
    let receipt = command_at(&with_bus(&testbed), "erase", USER, later).await;

    assert_eq!(refused, "the bus does not take the event: InternalFailure");
    assert_eq!(receipt["isPublished"], true, "{receipt}");
    assert_eq!(testbed.detail_types(), ["user.erased"]);
}

/// EventBridge accepts what nobody will receive.
#[tokio::test]
async fn a_call_fails_if_the_bus_does_not_exist() {
    let testbed = Testbed::start().await;
    command_at(&with_bus(&testbed), "erase", USER, now()).await;
    testbed.bus.delete();

    let refused = refused_by_the_bus(&testbed, now() + SignedDuration::from_secs(61)).await;

    let reason = "the bus does not take the event: ResourceNotFoundException";
    assert_eq!(refused, reason);
}

/// Consumers hear of an erasure once, although the command is called again until the marker ends.
#[tokio::test]
async fn the_final_part_publishes_nothing() {
    let testbed = Testbed::start().await;
    known_item(&testbed.deployment, USER, 1).await;
    let in_a_minute = now() + SignedDuration::from_secs(61);

    let mut stages = Vec::new();
    for at in [
        now(),
        in_a_minute,
        in_a_minute + NEXT_DAY,
        in_a_minute + NEXT_DAY * 2,
    ] {
        let report = command_at(&with_bus(&testbed), "erase", USER, at).await;
        stages.push(report["stage"].clone());
    }

    assert_eq!(stages, ["announcement", "requested", "final", "final"]);
    assert_eq!(testbed.detail_types(), ["user.erased"]);
}

/// The marker of the item is there before the tombstone, and the events name nobody.
#[tokio::test]
async fn nothing_about_an_item_that_arrives_late_is_published() {
    let testbed = Testbed::start().await;
    let deployment = &testbed.deployment;
    let late = deployment.connect(USER, "user-ok").await;
    command_at(&deployment.erasure(), "erase", USER, now()).await;
    testbed
        .deliver(&event("item/created", "1", late, USER))
        .await;
    deployment.sync_all().await;

    let nameless = json!({
        "event": "transactions/deleted", "eventId": "nameless", "itemId": late,
        "transactionIds": [],
    });
    testbed.deliver(&nameless).await;
    testbed.feed_events().await;

    assert_eq!(testbed.detail_types(), Vec::<String>::new());
}

#[tokio::test]
async fn a_republish_leaves_the_erased_user_out() {
    let testbed = Testbed::start().await;
    known_item(&testbed.deployment, USER, 1).await;
    command_at(&testbed.deployment.erasure(), "erase", USER, now()).await;
    let command = json!({"action": "republish", "since": "2026-01-01T00:00:00Z"});

    let report = testbed.command(&command).await.unwrap();

    assert_eq!(report["published"], 0, "{report}");
    assert_eq!(report["deadLettered"], 0);
}
