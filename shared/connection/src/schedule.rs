//! Schedule of the next fetch if no webhook arrives: every delay is a constant of this file.

use jiff::{SignedDuration, Timestamp};

use super::hourly_slot::in_hourly_slot;
use super::{Assessment, Availability, ConsentStage, Phase, Reason, assess};
use pluggy::{Item, ItemStatus};

/// Delay of the first fetch of a running execution. Each later delay equals the age of the state.
const SHORTEST: SignedDuration = SignedDuration::from_secs(60);
/// Maximum interval of fetches while an execution is running.
const LONGEST_WHILE_RUNNING: SignedDuration = SignedDuration::from_hours(1);
/// Delay of the first fetch of an Open Finance login without its link, which Pluggy adds after some seconds.
/// Each later delay equals the age of the state.
const LOGIN_LINK_DELAY: SignedDuration = SignedDuration::from_secs(10);
/// Delay after the expiry of a user's action or of a consent, until Pluggy reports it, and after each stage before the
/// end of a consent.
const EXPIRY_GRACE: SignedDuration = SignedDuration::from_secs(15);
/// Delay after a planned auto-sync. Its webhook usually arrives earlier.
const AUTO_SYNC_GRACE: SignedDuration = SignedDuration::from_mins(30);
/// Maximum interval of fetches for a live item.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// Time without a change after which an item is dormant.
const DORMANT_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Maximum interval of fetches for a dormant item.
const LONGEST_WHILE_DORMANT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Delay of the first retry of a failed fetch. It doubles with each failure in a row.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_hours(6);
const MAX_DOUBLINGS: u32 = 10;

/// Delay of a confirming fetch: one response contradicted the event, or its write was dropped.
pub const CONFIRMING_FETCH_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// Delay of a deferred fetch, for which a batch had no time or calls left.
pub const DEFER_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// Delay of the retry of a failed item, whose row or handling is broken.
pub const FAILED_RETRY_DELAY: SignedDuration = SignedDuration::from_hours(1);
/// Interval of a connector's fetches without events, to notice that it was retired or is back.
pub const CONNECTOR_FETCH_INTERVAL: SignedDuration = SignedDuration::from_hours(24);
/// Delay of the fetch after a 404. Only a second 404 proves that the item is gone.
pub const MISSING_CONFIRMATION_DELAY: SignedDuration = SignedDuration::from_hours(1);

/// Returns when to fetch an item again that was just fetched.
pub fn next_fetch(item: &Item, now: Timestamp) -> Timestamp {
    let assessment = assess(item, Availability::Available, now);
    let age = item
        .updated_at
        .map(|at| now.duration_since(at))
        .unwrap_or_default();
    let while_running = age.clamp(SHORTEST, LONGEST_WHILE_RUNNING);
    // Pluggy's states decide, not the phase: an item whose prompt has just expired still moves to a final
    // state.
    let is_moving = item.execution_status.is_running()
        || item.status.is_moving()
        || matches!(
            item.status,
            ItemStatus::WaitingUserInput | ItemStatus::WaitingUserAction
        );
    let delay = match (assessment.phase(), assessment.expires_at) {
        (Phase::WaitingUser, Some(expires_at)) => {
            (now.duration_until(expires_at) + EXPIRY_GRACE).clamp(SHORTEST, LONGEST)
        }
        (Phase::WaitingUser, None) if lacks_login_link(item, assessment) => {
            age.clamp(LOGIN_LINK_DELAY, LONGEST_WHILE_RUNNING)
        }
        (Phase::WaitingUser, None) => while_running,
        _ if is_moving => while_running,
        (Phase::Retrying, _) => LONGEST_WHILE_RUNNING,
        _ => settled(item, age, now),
    };
    let delay = delay.min(until_consent_stage(item, now).unwrap_or(delay));
    now.saturating_add(delay).unwrap_or(now)
}

/// Returns the time until the next stage of the item's consent. The fetch then finds the stage, although no webhook
/// reports it.
fn until_consent_stage(item: &Item, now: Timestamp) -> Option<SignedDuration> {
    let at = ConsentStage::next_begins_at(item.consent_expires_at?, now)?;
    Some(now.duration_until(at) + EXPIRY_GRACE)
}

fn lacks_login_link(item: &Item, assessment: Assessment) -> bool {
    assessment.reason == Reason::OpenFinanceLogin && item.parameter.is_none()
}

fn settled(item: &Item, age: SignedDuration, now: Timestamp) -> SignedDuration {
    let longest = if age > DORMANT_AFTER {
        LONGEST_WHILE_DORMANT
    } else {
        LONGEST
    };
    let limit = now.saturating_add(longest).unwrap_or(now);
    let at_the_latest = now.duration_until(in_hourly_slot(limit, item.id));
    let after_auto_sync = item
        .next_auto_sync_at
        .filter(|at| *at > now)
        .map(|at| now.duration_until(at) + AUTO_SYNC_GRACE);
    after_auto_sync.map_or(at_the_latest, |delay| delay.min(at_the_latest))
}

/// Returns the delay after the `failures`th failed fetch in a row. It doubles each time. `jitter` (0 to 1)
/// spreads it over the upper half, so that items that failed together are not retried together.
pub fn retry_delay(failures: u32, jitter: f64) -> SignedDuration {
    let doublings = failures.saturating_sub(1).min(MAX_DOUBLINGS);
    let longest = (FIRST_RETRY * 2_i32.pow(doublings)).min(LONGEST_RETRY);
    let half = longest / 2;
    half + SignedDuration::try_from_secs_f64(half.as_secs_f64() * jitter.clamp(0.0, 1.0))
        .unwrap_or(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hourly_slot::SLOT_INTERVAL;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn check(fields: serde_json::Value, expected: &str) {
        let mut item = serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED", "executionStatus": "SUCCESS",
            "updatedAt": NOW,
        });
        item.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let item: Item = serde_json::from_value(item).unwrap();

        assert_eq!(
            next_fetch(&item, NOW.parse().unwrap()),
            expected.parse().unwrap(),
            "{fields}"
        );
    }

    #[test]
    fn a_running_execution_is_watched_less_and_less_often() {
        let since = |updated_at| serde_json::json!({"status": "UPDATING", "executionStatus": "CREATED", "updatedAt": updated_at});

        check(since(NOW), "2026-11-23T12:01:00Z");
        check(since("2026-11-23T11:50:00Z"), "2026-11-23T12:10:00Z");
        check(since("2026-11-20T11:50:00Z"), "2026-11-23T13:00:00Z");
    }

    #[test]
    fn a_prompt_is_fetched_when_it_expires() {
        check(
            serde_json::json!({
                "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
                "parameter": {"name": "token", "expiresAt": "2026-11-23T12:05:00Z"},
            }),
            "2026-11-23T12:05:15Z",
        );
    }

    #[test]
    fn an_open_finance_login_is_fetched_when_it_expires_and_before_that_until_it_has_its_link() {
        let login = |fields: serde_json::Value| {
            let mut item = serde_json::json!({
                "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
                "connector": {"id": 601, "oauth": true},
            });
            let fields = fields.as_object().unwrap().clone();
            item.as_object_mut().unwrap().extend(fields);
            item
        };
        let link = serde_json::json!({
            "name": "oauthCode", "type": "oauth", "data": "https://bank.example.com/auth",
            "expiresAt": "2026-11-23T12:30:00Z",
        });

        check(
            login(serde_json::json!({"parameter": link})),
            "2026-11-23T12:30:15Z",
        );
        check(
            login(serde_json::json!({"parameter": null})),
            "2026-11-23T12:00:10Z",
        );
        check(
            login(serde_json::json!({"parameter": null, "updatedAt": "2026-11-23T11:50:00Z"})),
            "2026-11-23T12:10:00Z",
        );
    }

    #[test]
    fn a_state_that_cannot_last_is_watched() {
        check(
            serde_json::json!({
                "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
                "parameter": {"name": "token", "expiresAt": "2026-11-23T11:59:50Z"},
            }),
            "2026-11-23T12:01:00Z",
        );
        check(
            serde_json::json!({"status": "HIBERNATING", "executionStatus": "DREAMS_IN_PROGRESS"}),
            "2026-11-23T12:01:00Z",
        );
        check(
            serde_json::json!({"status": "CREATED", "executionStatus": "SOMETHING_NEW"}),
            "2026-11-23T12:01:00Z",
        );
    }

    #[test]
    fn a_settled_item_is_fetched_after_its_auto_sync_and_at_most_a_day_later() {
        check(serde_json::json!({}), "2026-11-24T11:10:41Z");
        check(
            serde_json::json!({"nextAutoSyncAt": "2026-11-23T20:00:00Z"}),
            "2026-11-23T20:30:00Z",
        );
        check(
            serde_json::json!({"nextAutoSyncAt": "2026-12-23T20:00:00Z"}),
            "2026-11-24T11:10:41Z",
        );
    }

    #[test]
    fn an_item_is_fetched_at_each_stage_before_its_consent_ends_and_at_the_end() {
        for (ends_at, expected) in [
            ("2026-12-23T13:00:00Z", "2026-11-23T13:00:15Z"),
            ("2026-11-30T13:00:00Z", "2026-11-23T13:00:15Z"),
            ("2026-11-24T13:00:00Z", "2026-11-23T13:00:15Z"),
            ("2026-11-23T13:00:00Z", "2026-11-23T13:00:15Z"),
        ] {
            check(serde_json::json!({"consentExpiresAt": ends_at}), expected);
        }
        // The moment has come, so it plans nothing more.
        for ends_at in ["2026-12-23T12:00:00Z", NOW, "2025-11-23T12:00:00Z"] {
            check(
                serde_json::json!({"consentExpiresAt": ends_at}),
                "2026-11-24T11:10:41Z",
            );
        }
    }

    #[test]
    fn a_consent_ends_also_while_an_item_waits_or_is_dormant() {
        let consent = serde_json::json!({"consentExpiresAt": "2026-11-30T12:00:30Z"});
        let with = |fields: serde_json::Value| {
            let mut item = consent.clone();
            let fields = fields.as_object().unwrap().clone();
            item.as_object_mut().unwrap().extend(fields);
            item
        };

        for fields in [
            serde_json::json!({"updatedAt": "2026-10-01T00:00:00Z"}),
            serde_json::json!({"status": "UPDATING", "executionStatus": "CREATED"}),
            serde_json::json!({"status": "OUTDATED", "executionStatus": "SITE_NOT_AVAILABLE"}),
            serde_json::json!({
                "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
                "parameter": {"name": "token", "expiresAt": "2026-11-23T12:05:00Z"},
            }),
        ] {
            check(with(fields), "2026-11-23T12:00:45Z");
        }
    }

    #[test]
    fn fetches_of_a_settled_item_within_an_hour_schedule_the_same_fetch() {
        let settled = serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED", "executionStatus": "SUCCESS",
            "updatedAt": NOW, "nextAutoSyncAt": "2026-11-24T12:00:00Z",
        });
        let item: Item = serde_json::from_value(settled).unwrap();
        let planned = |now: &str| next_fetch(&item, now.parse().unwrap());

        assert_eq!(
            planned("2026-11-23T12:10:41Z"),
            planned("2026-11-23T11:10:41Z") + SLOT_INTERVAL
        );
        for now in ["2026-11-23T11:10:42.007Z", "2026-11-23T12:10:40.999Z"] {
            assert_eq!(planned(now), planned("2026-11-23T11:10:41Z"), "{now}");
        }
    }

    #[test]
    fn a_dormant_item_is_fetched_once_a_week() {
        check(
            serde_json::json!({"updatedAt": "2026-10-01T00:00:00Z"}),
            "2026-11-30T11:10:41Z",
        );
    }

    #[test]
    fn failed_fetches_back_off_within_bounds() {
        assert_eq!(retry_delay(1, 0.0), SignedDuration::from_secs(15));
        assert_eq!(retry_delay(1, 1.0), SignedDuration::from_secs(30));
        assert_eq!(retry_delay(3, 1.0), SignedDuration::from_secs(120));
        assert_eq!(retry_delay(u32::MAX, 1.0), LONGEST_RETRY);
    }
}
