//! Consents that end: each stage is published although no webhook reports it.

use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use serde_json::{Value, json};
use store::schema;
use tests::deployment::in_a_minute;
use tests::stream;

use super::{Testbed, USER};

/// Time after a stage's moment within which it is published: the grace of the schedule, and the scheduler's minute.
const SOON: SignedDuration = SignedDuration::from_secs(75);

impl Testbed {
    /// Lets the time pass until `end`. No webhook arrives: the scheduler requests each fetch when it is due.
    async fn time_passes_until(&self, end: Timestamp) {
        let (scheduler, item_sync) = (self.deployment.scheduler(), self.deployment.item_sync());
        while let Some(at) = self.next_fetch_at().await.filter(|at| *at <= end) {
            let run = scheduler::handle(&scheduler, at, in_a_minute());
            assert!(run.await.unwrap().requested > 0, "{at}");
            let mut requests = self.deployment.tables.event_rows().await;
            let received_at = at.as_millisecond().to_string();
            requests.retain(|row| *row["receivedAt"].as_n().unwrap() == received_at);
            let before = self.item_rows().await;
            let batch = stream::batch(&requests);
            item_sync::handle(&item_sync, &batch, at, in_a_minute()).await;
            let records = super::items::changes(&before, &self.item_rows().await);
            assert_eq!(self.feed(&records).await, [""; 0]);
        }
    }

    /// Returns when the first item is due.
    async fn next_fetch_at(&self) -> Option<Timestamp> {
        let rows = self.item_rows().await;
        let due = rows.iter().map(|row| row[schema::NEXT_FETCH_AT].as_n());
        let first = due.map(|at| at.unwrap().parse::<i64>().unwrap()).min()?;
        Some(Timestamp::from_millisecond(first).unwrap())
    }

    fn consent_events(&self) -> Vec<(String, Value)> {
        let published = self.published().into_iter();
        let consents = published.filter(|event| event.detail_type.starts_with("consent."));
        consents
            .map(|event| (event.detail_type.clone(), event.json()))
            .collect()
    }
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

/// Asserts that the events are those of a consent that ends at `end`, each soon after its moment.
#[track_caller]
fn assert_stages(events: &[(String, Value)], end: Timestamp, stages: &[(&str, i64)]) {
    let named: Vec<_> = events
        .iter()
        .map(|(name, detail)| (name.as_str(), detail["daysAhead"].as_i64().unwrap()))
        .collect();
    assert_eq!(named, stages);
    for ((_, detail), (_, ahead)) in events.iter().zip(stages) {
        let observed_at: Timestamp = detail["observedAt"].as_str().unwrap().parse().unwrap();
        let late = observed_at.duration_since(end - days(*ahead));
        assert!(!late.is_negative() && late < SOON, "{late}: {detail}");
        let expires_at: Timestamp = detail["consentExpiresAt"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(expires_at.as_millisecond(), end.as_millisecond());
        assert_eq!(detail["owner"], USER);
    }
}

#[tokio::test]
async fn each_stage_of_a_consent_is_published_although_no_webhook_arrives() {
    let testbed = Testbed::start().await;
    let end = now() + days(40);
    testbed.deployment.consents_end_at(end);
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.sync().await;
    assert_eq!(testbed.detail_types(), ["item.ready"]);

    testbed.time_passes_until(end + days(40)).await;

    assert_stages(
        &testbed.consent_events(),
        end,
        &[
            ("consent.expiring", 30),
            ("consent.expiring", 7),
            ("consent.expiring", 1),
            ("consent.expired", 0),
        ],
    );
    let types = testbed.detail_types();
    let expired = types.iter().position(|name| name == "consent.expired");
    let published = testbed.published();
    let with_it = &published[expired.unwrap() - 1];
    assert_eq!(with_it.detail_type, "item.reconnect");
    assert_eq!(with_it.json()["nextAction"]["reason"], "consent_expired");
}

#[tokio::test]
async fn a_renewed_consent_cancels_what_was_planned_and_has_its_own_stages() {
    let testbed = Testbed::start().await;
    let (first, second) = (now() + days(8), now() + days(45));
    testbed.deployment.consents_end_at(first);
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.sync().await;
    // The stage of 30 days has begun before the first fetch.
    testbed.time_passes_until(first - days(3)).await;
    testbed.deployment.consents_end_at(second);

    testbed.time_passes_until(second - days(20)).await;

    let events = testbed.consent_events();
    assert_eq!(events[0].1["daysAhead"], 30);
    assert_stages(&events[1..2], first, &[("consent.expiring", 7)]);
    assert_stages(&events[2..], second, &[("consent.expiring", 30)]);
}

#[tokio::test]
async fn a_stage_that_is_published_again_has_the_same_id() {
    let testbed = Testbed::start().await;
    testbed.deployment.consents_end_at(now() + days(5));
    testbed
        .connected("user-ok", "UPDATED", "item/created")
        .await;
    testbed.sync().await;

    let mut command = json!({"action": "republish", "since": "2020-01-01T00:00:00Z", "limit": 1});
    loop {
        let report = testbed.command(&command).await.unwrap();
        command["cursor"] = report["cursor"].clone();
        if report["cursor"].is_null() {
            break;
        }
    }

    let ids: Vec<_> = testbed
        .consent_events()
        .into_iter()
        .map(|(name, detail)| (name, detail["daysAhead"].clone(), detail["id"].clone()))
        .collect();
    assert_eq!(ids.len(), 2, "from the stream, and again");
    assert_eq!(ids[0], ids[1]);
}
