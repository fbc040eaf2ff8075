//! The effects of time, of the item's other fields, and of the bank.

use std::fmt::Write as _;

use connection::{Availability, assess};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{NOW, answer, item};

/// A state and a circumstance, with the fields and the connector that express it.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    Value,
    Availability,
);

pub(super) fn write(page: &mut String) {
    page.push_str(
        "\n## Effects of time and circumstances\n\n\
         A connector counts as retired once Pluggy has answered twice, an hour apart, that it has no such connector. Its health is \
         shown for six hours.\n\n\
         | `status` | `executionStatus` | and | `phase` | `nextAction.kind` | `connectToken` | `nextAction.reason` |\n|---|---|---|---|---|---|---|\n",
    );
    for (status, execution_status, and, fields, connector) in cases() {
        let assessment = assess(&item(status, execution_status, fields), connector, NOW);
        let _ = writeln!(
            page,
            "| `{status}` | `{execution_status}` | {and} | {} |",
            answer(assessment)
        );
    }
}

fn ago(hours: i64) -> Timestamp {
    NOW - SignedDuration::from_hours(hours)
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    use Availability::{Available, Offline, Retired};
    vec![
        (
            "UPDATING",
            "LOGIN_IN_PROGRESS",
            "there is data (`lastUpdatedAt`)",
            json!({"lastUpdatedAt": ago(24)}),
            Available,
        ),
        (
            "WAITING_USER_INPUT",
            "WAITING_USER_INPUT",
            "`parameter.expiresAt` has passed, or there is none and a day has",
            json!({"parameter": {"name": "token", "expiresAt": NOW}}),
            Available,
        ),
        (
            "WAITING_USER_INPUT",
            "WAITING_USER_INPUT",
            "`parameter.type` is `oauth`",
            json!({"parameter": {"name": "oauthCode", "type": "oauth"}}),
            Available,
        ),
        (
            "WAITING_USER_INPUT",
            "WAITING_USER_INPUT",
            "`parameter` is null and `connector.oauth` is true",
            json!({"connector": {"id": 601, "oauth": true}}),
            Available,
        ),
        (
            "WAITING_USER_INPUT",
            "WAITING_USER_INPUT",
            "`parameter.type` is `oauth`, and `parameter.expiresAt` has passed, or there is none and a day has",
            json!({"parameter": {"name": "oauthCode", "type": "oauth", "expiresAt": NOW}}),
            Available,
        ),
        (
            "OUTDATED",
            "USER_INPUT_TIMEOUT",
            "`connector.oauth` is true",
            json!({"connector": {"id": 601, "oauth": true}}),
            Available,
        ),
        (
            "WAITING_USER_ACTION",
            "WAITING_USER_ACTION",
            "`userAction.expiresAt` has passed, or there is none and a day has",
            json!({"userAction": {"type": "qr", "expiresAt": NOW}}),
            Available,
        ),
        (
            "OUTDATED",
            "USER_AUTHORIZATION_PENDING",
            "unchanged for a day",
            json!({"updatedAt": ago(24)}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "`nextAutoSyncAt` passed an hour ago",
            json!({"nextAutoSyncAt": ago(1)}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "`lastUpdatedAt` is more than seven days ago, and `nextAutoSyncAt` is null or passed an hour ago",
            json!({"lastUpdatedAt": ago(8 * 24)}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "the same, and the connector is `OFFLINE`",
            json!({"lastUpdatedAt": ago(8 * 24)}),
            Offline,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "the same, of MeuPluggy",
            json!({"lastUpdatedAt": ago(8 * 24), "connector": {"id": 200}}),
            Available,
        ),
        (
            "LOGIN_ERROR",
            "INVALID_CREDENTIALS",
            "the connector is MeuPluggy",
            json!({"connector": {"id": 200}}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "a product in `statusDetail` is not updated",
            json!({"statusDetail": {"accounts": {"isUpdated": false}}}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "`hasResourcesPendingAuthorization`",
            json!({"hasResourcesPendingAuthorization": true}),
            Available,
        ),
        (
            "OUTDATED",
            "UNEXPECTED_ERROR",
            "`error.code` is `ACCOUNT_NEEDS_ACTION`",
            json!({"error": {"code": "ACCOUNT_NEEDS_ACTION"}}),
            Available,
        ),
        (
            "OUTDATED",
            "SITE_NOT_AVAILABLE",
            "unchanged for six hours, and `nextAutoSyncAt` is not ahead",
            json!({"updatedAt": ago(6)}),
            Available,
        ),
        (
            "OUTDATED",
            "SITE_NOT_AVAILABLE",
            "unchanged for six hours, and `nextAutoSyncAt` is ahead",
            json!({"updatedAt": ago(6), "nextAutoSyncAt": NOW + SignedDuration::from_hours(1)}),
            Available,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "`consentExpiresAt` has passed",
            json!({"consentExpiresAt": NOW}),
            Available,
        ),
        (
            "OUTDATED",
            "CONNECTION_ERROR",
            "`consentExpiresAt` has passed",
            json!({"consentExpiresAt": NOW}),
            Available,
        ),
        (
            "OUTDATED",
            "CONNECTION_ERROR",
            "the connector is `OFFLINE`",
            json!({}),
            Offline,
        ),
        (
            "LOGIN_ERROR",
            "INVALID_CREDENTIALS",
            "the connector is `OFFLINE`",
            json!({}),
            Offline,
        ),
        (
            "LOGIN_ERROR",
            "ACCOUNT_LOCKED",
            "the connector is `OFFLINE`",
            json!({}),
            Offline,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "the connector is `OFFLINE`",
            json!({}),
            Offline,
        ),
        (
            "UPDATED",
            "SUCCESS",
            "the connector was retired",
            json!({}),
            Retired,
        ),
        (
            "LOGIN_ERROR",
            "INVALID_CREDENTIALS",
            "the connector was retired",
            json!({}),
            Retired,
        ),
    ]
}
