//! Age of the data.

use super::*;

#[test]
fn data_older_than_a_week_that_pluggy_does_not_plan_to_collect_is_not_current() {
    let collected = |last_updated_at: &str, next: Option<&str>| {
        json!({
            "lastUpdatedAt": last_updated_at, "nextAutoSyncAt": next, "updatedAt": last_updated_at,
        })
    };
    let (week_old, older) = ("2026-11-16T12:00:00Z", "2026-11-16T11:59:59Z");

    check(collected(week_old, None), Reason::UpToDate);
    check(collected(older, None), Reason::DataStale);
    check(collected(older, Some(STILL_AHEAD)), Reason::UpToDate);
    // A plan that Pluggy has not carried out within an hour is none.
    check(
        collected(older, Some("2026-11-23T11:00:01Z")),
        Reason::UpToDate,
    );
    check(
        collected(older, Some("2026-11-23T11:00:00Z")),
        Reason::DataStale,
    );
    check(
        collected(week_old, Some("2026-11-17T12:00:00Z")),
        Reason::ExecutionOverdue,
    );
    let stale = assess(
        &item(&collected(older, None)),
        Availability::Available,
        NOW.parse().unwrap(),
    );
    assert_eq!(
        (stale.phase(), stale.action(), stale.token_use()),
        (Phase::Ready, ActionKind::Update, Some(TokenUse::Update))
    );
}

#[test]
fn data_is_at_least_as_old_as_the_records_last_change() {
    let changed = |updated_at| json!({"lastUpdatedAt": null, "updatedAt": updated_at});

    check(changed("2026-11-16T11:59:59Z"), Reason::DataStale);
    check(changed("2026-11-16T12:00:00Z"), Reason::UpToDate);
    check(
        json!({"lastUpdatedAt": null, "updatedAt": null, "createdAt": "2026-09-12T12:00:00Z"}),
        Reason::UpToDate,
    );
}

#[test]
fn what_is_missing_outranks_the_age_of_the_rest() {
    let old = json!({"lastUpdatedAt": "2026-09-12T12:00:00Z"});

    check(
        with(old.clone(), &json!({"executionStatus": "PARTIAL_SUCCESS"})),
        Reason::PartiallyUpdated,
    );
    check(
        with(old, &json!({"hasResourcesPendingAuthorization": true})),
        Reason::CoHolderApprovalPending,
    );
}
