//! Phase and next action of a connection.

use jiff::{SignedDuration, Timestamp};

use super::{ActionKind, NextAction, Phase, Reason};
use crate::pluggy::{ExecutionStatus, HealthStatus, Item, ItemStatus};

/// A user who has not authorized a device for this long will not do so any more.
const AUTHORIZATION_PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Pluggy repeats a failed execution up to five times, an hour apart; after this it has given up.
const RETRY_PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// Phase and next action of an item.
///
/// ```
/// use shared::connection::{ActionKind, Phase, assess};
///
/// let item = serde_json::from_str(
///     r#"{"id":"9a7b6c5d-0000-4000-8000-000000000001",
///         "status":"OUTDATED","executionStatus":"USER_AUTHORIZATION_PENDING"}"#,
/// )?;
/// let (phase, action) = assess(&item, None, "2026-11-23T12:00:00Z".parse()?);
/// assert_eq!((phase, action.kind), (Phase::WaitingUser, ActionKind::AuthorizeDevice));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `health` is its connector's latest known state.
pub fn assess(item: &Item, health: Option<&HealthStatus>, now: Timestamp) -> (Phase, NextAction) {
    let (phase, kind, expires_at, _) = decide(item, health, now);
    (phase, NextAction { kind, expires_at })
}

/// Why [`assess`] says what it says of the same item.
pub fn reason(item: &Item, health: Option<&HealthStatus>, now: Timestamp) -> Reason {
    let (_, _, _, reason) = decide(item, health, now);
    reason
}

type Row = (Phase, ActionKind, Option<Timestamp>, Reason);

fn decide(item: &Item, health: Option<&HealthStatus>, now: Timestamp) -> Row {
    match &item.status {
        ItemStatus::Updating | ItemStatus::Merging => running(item),
        ItemStatus::WaitingUserInput => {
            let expires_at = item
                .parameter
                .as_ref()
                .and_then(|parameter| parameter.expires_at);
            waiting(ActionKind::AnswerMfa, expires_at, now)
        }
        ItemStatus::WaitingUserAction => {
            let expires_at = item
                .user_action
                .as_ref()
                .and_then(|action| action.expires_at);
            waiting(ActionKind::ActAtBank, expires_at, now)
        }
        ItemStatus::Updated => updated(item, now),
        ItemStatus::Outdated | ItemStatus::LoginError => {
            let (phase, kind, reason) = failed(item, health, now);
            (phase, kind, None, reason)
        }
        ItemStatus::Unknown(_) => (
            Phase::Unknown,
            ActionKind::None,
            None,
            Reason::UnknownStatus,
        ),
    }
}

fn running(item: &Item) -> Row {
    let phase = if item.last_updated_at.is_some() {
        Phase::Syncing
    } else {
        Phase::Connecting
    };
    (phase, ActionKind::Wait, None, Reason::ExecutionRuns)
}

/// A prompt that has expired cannot be answered; a new execution is needed.
fn waiting(kind: ActionKind, expires_at: Option<Timestamp>, now: Timestamp) -> Row {
    if expires_at.is_some_and(|at| at <= now) {
        (
            Phase::Reconnect,
            ActionKind::Reconnect,
            None,
            Reason::PromptExpired,
        )
    } else {
        (Phase::WaitingUser, kind, expires_at, Reason::PromptOpen)
    }
}

fn updated(item: &Item, now: Timestamp) -> Row {
    let consent_ended = item.consent_expires_at.is_some_and(|at| at <= now);
    let product_missing = item.status_detail.as_ref().is_some_and(|detail| {
        detail
            .values()
            .flatten()
            .any(|product| product.is_updated == Some(false))
    });
    let (phase, kind, reason) = if consent_ended {
        (
            Phase::Reconnect,
            ActionKind::ConnectAgain,
            Reason::ConsentEnded,
        )
    } else if item.execution_status.is_running() {
        return running(item);
    } else if item.has_resources_pending_authorization == Some(true) {
        (
            Phase::ReadyPartial,
            ActionKind::ActAtBank,
            Reason::ResourcesPending,
        )
    } else if item.execution_status == ExecutionStatus::PartialSuccess || product_missing {
        (
            Phase::ReadyPartial,
            ActionKind::None,
            Reason::ProductsMissing,
        )
    } else {
        (Phase::Ready, ActionKind::None, Reason::Collected)
    };
    (phase, kind, None, reason)
}

/// `OUTDATED` and `LOGIN_ERROR`: what the execution says, else what the error says, decides.
fn failed(
    item: &Item,
    health: Option<&HealthStatus>,
    now: Timestamp,
) -> (Phase, ActionKind, Reason) {
    use ExecutionStatus as Execution;
    let age = item
        .updated_at
        .map(|at| now.duration_since(at))
        .unwrap_or_default();
    let reconnect = |reason| (Phase::Reconnect, ActionKind::Reconnect, reason);
    match cause(item) {
        Execution::UserAuthorizationPending if age < AUTHORIZATION_PATIENCE => (
            Phase::WaitingUser,
            ActionKind::AuthorizeDevice,
            Reason::AuthorizationPending,
        ),
        Execution::UserAuthorizationPending => reconnect(Reason::AuthorizationOverdue),
        Execution::InvalidCredentials | Execution::InvalidCredentialsMfa => {
            reconnect(Reason::CredentialsRefused)
        }
        Execution::UserInputTimeout => reconnect(Reason::PromptExpired),
        Execution::UserAuthorizationNotGranted => reconnect(Reason::AuthorizationNotGranted),
        Execution::AccountLocked
        | Execution::AccountCredentialsReset
        | Execution::AccountNeedsAction => (
            Phase::Reconnect,
            ActionKind::ActAtBank,
            Reason::AccountNeedsAction,
        ),
        Execution::AlreadyLoggedIn => (
            Phase::Retrying,
            ActionKind::ActAtBank,
            Reason::AlreadyLoggedIn,
        ),
        Execution::UserAuthorizationRevoked => (
            Phase::Reconnect,
            ActionKind::ConnectAgain,
            Reason::AuthorizationRevoked,
        ),
        Execution::UserNotSupported => (
            Phase::Failed,
            ActionKind::ContactSupport,
            Reason::AccountNotSupported,
        ),
        _ if item.status == ItemStatus::LoginError => reconnect(Reason::LoginFailed),
        Execution::Unknown(_) => (Phase::Unknown, ActionKind::None, Reason::UnknownStatus),
        _ if age >= RETRY_PATIENCE && item.next_auto_sync_at.is_none_or(|at| at <= now) => {
            reconnect(Reason::GivenUp)
        }
        Execution::SiteNotAvailable => (
            Phase::Retrying,
            ActionKind::WaitForBank,
            Reason::BankUnavailable,
        ),
        _ if health == Some(&HealthStatus::Offline) => (
            Phase::Retrying,
            ActionKind::WaitForBank,
            Reason::ConnectorOffline,
        ),
        _ => (Phase::Retrying, ActionKind::Wait, Reason::ExecutionFailed),
    }
}

/// The execution's own value where it says why, else the error's: older answers differ, and the
/// more specific one wins.
fn cause(item: &Item) -> &ExecutionStatus {
    let generic = matches!(
        item.execution_status,
        ExecutionStatus::Error | ExecutionStatus::UnexpectedError | ExecutionStatus::Unknown(_)
    );
    match item.error.as_ref().and_then(|error| error.code.as_ref()) {
        Some(code) if generic => code,
        _ => &item.execution_status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn item(fields: serde_json::Value) -> Item {
        let mut item = serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED", "executionStatus": "SUCCESS",
            "updatedAt": "2026-11-23T11:00:00Z",
        });
        item.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        serde_json::from_value(item).unwrap()
    }

    fn check(fields: serde_json::Value, expected: (Phase, ActionKind)) {
        let (phase, action) = assess(&item(fields.clone()), None, NOW.parse().unwrap());

        assert_eq!((phase, action.kind), expected, "{fields}");
    }

    #[test]
    fn a_running_execution_is_told_apart_by_whether_there_is_data() {
        check(
            serde_json::json!({"status": "UPDATING", "executionStatus": "CREATED"}),
            (Phase::Connecting, ActionKind::Wait),
        );
        check(
            serde_json::json!({"status": "UPDATING", "executionStatus": "X_IN_PROGRESS", "lastUpdatedAt": NOW}),
            (Phase::Syncing, ActionKind::Wait),
        );
    }

    #[test]
    fn a_finished_execution_is_ready_in_whole_or_in_part() {
        check(serde_json::json!({}), (Phase::Ready, ActionKind::None));
        check(
            serde_json::json!({"executionStatus": "PARTIAL_SUCCESS"}),
            (Phase::ReadyPartial, ActionKind::None),
        );
        check(
            serde_json::json!({"statusDetail": {"loans": null, "accounts": {"isUpdated": false}}}),
            (Phase::ReadyPartial, ActionKind::None),
        );
        check(
            serde_json::json!({"hasResourcesPendingAuthorization": true}),
            (Phase::ReadyPartial, ActionKind::ActAtBank),
        );
    }

    #[test]
    fn a_consent_that_ended_needs_a_new_connection() {
        check(
            serde_json::json!({"consentExpiresAt": NOW}),
            (Phase::Reconnect, ActionKind::ConnectAgain),
        );
        check(
            serde_json::json!({"consentExpiresAt": "2026-11-23T12:00:01Z"}),
            (Phase::Ready, ActionKind::None),
        );
    }

    #[test]
    fn a_prompt_can_be_answered_until_it_expires() {
        let prompt = |expires_at| {
            serde_json::json!({
                "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
                "parameter": {"name": "token", "expiresAt": expires_at},
            })
        };

        check(
            prompt("2026-11-23T12:00:01Z"),
            (Phase::WaitingUser, ActionKind::AnswerMfa),
        );
        check(prompt(NOW), (Phase::Reconnect, ActionKind::Reconnect));
    }

    #[test]
    fn a_device_that_waits_for_authorization_is_no_failure_for_a_day() {
        let pending = |updated_at| {
            serde_json::json!({
                "status": "OUTDATED", "executionStatus": "USER_AUTHORIZATION_PENDING", "updatedAt": updated_at,
            })
        };

        check(
            pending("2026-11-22T12:00:01Z"),
            (Phase::WaitingUser, ActionKind::AuthorizeDevice),
        );
        check(
            pending("2026-11-22T12:00:00Z"),
            (Phase::Reconnect, ActionKind::Reconnect),
        );
    }

    #[test]
    fn an_unavailable_bank_is_told_apart_from_wrong_credentials() {
        let cases = [
            (
                "OUTDATED",
                "SITE_NOT_AVAILABLE",
                Phase::Retrying,
                ActionKind::WaitForBank,
            ),
            (
                "OUTDATED",
                "CONNECTION_ERROR",
                Phase::Retrying,
                ActionKind::Wait,
            ),
            (
                "OUTDATED",
                "ALREADY_LOGGED_IN",
                Phase::Retrying,
                ActionKind::ActAtBank,
            ),
            (
                "OUTDATED",
                "ACCOUNT_LOCKED",
                Phase::Reconnect,
                ActionKind::ActAtBank,
            ),
            (
                "OUTDATED",
                "INVALID_CREDENTIALS_MFA",
                Phase::Reconnect,
                ActionKind::Reconnect,
            ),
            (
                "OUTDATED",
                "USER_NOT_SUPPORTED",
                Phase::Failed,
                ActionKind::ContactSupport,
            ),
            (
                "LOGIN_ERROR",
                "INVALID_CREDENTIALS",
                Phase::Reconnect,
                ActionKind::Reconnect,
            ),
            (
                "LOGIN_ERROR",
                "SOMETHING_NEW",
                Phase::Reconnect,
                ActionKind::Reconnect,
            ),
            (
                "LOGIN_ERROR",
                "USER_AUTHORIZATION_REVOKED",
                Phase::Reconnect,
                ActionKind::ConnectAgain,
            ),
            (
                "OUTDATED",
                "SOMETHING_NEW",
                Phase::Unknown,
                ActionKind::None,
            ),
            ("HIBERNATING", "SUCCESS", Phase::Unknown, ActionKind::None),
        ];
        for (status, execution_status, phase, kind) in cases {
            check(
                serde_json::json!({"status": status, "executionStatus": execution_status}),
                (phase, kind),
            );
        }
    }

    #[test]
    fn a_connector_that_is_offline_explains_a_failed_connection() {
        let item =
            item(serde_json::json!({"status": "OUTDATED", "executionStatus": "CONNECTION_ERROR"}));

        let (_, action) = assess(&item, Some(&HealthStatus::Offline), NOW.parse().unwrap());

        assert_eq!(action.kind, ActionKind::WaitForBank);
    }

    #[test]
    fn the_error_says_why_where_the_execution_does_not() {
        check(
            serde_json::json!({
                "status": "OUTDATED", "executionStatus": "ERROR", "error": {"code": "ACCOUNT_NEEDS_ACTION"},
            }),
            (Phase::Reconnect, ActionKind::ActAtBank),
        );
    }

    #[test]
    fn when_pluggy_has_given_up_the_user_must_try() {
        let outdated = |next: Option<&str>| {
            serde_json::json!({
                "status": "OUTDATED", "executionStatus": "UNEXPECTED_ERROR",
                "updatedAt": "2026-11-23T06:00:00Z", "nextAutoSyncAt": next,
            })
        };

        check(outdated(None), (Phase::Reconnect, ActionKind::Reconnect));
        check(
            outdated(Some("2026-11-23T13:00:00Z")),
            (Phase::Retrying, ActionKind::Wait),
        );
    }
    #[test]
    fn a_phase_has_its_reason() {
        let cases = [
            (
                serde_json::json!({"consentExpiresAt": NOW}),
                Reason::ConsentEnded,
            ),
            (
                serde_json::json!({"statusDetail": {"accounts": {"isUpdated": false}}}),
                Reason::ProductsMissing,
            ),
            (
                serde_json::json!({"status": "OUTDATED", "executionStatus": "USER_INPUT_TIMEOUT"}),
                Reason::PromptExpired,
            ),
            (
                serde_json::json!({"status": "OUTDATED", "executionStatus": "UNEXPECTED_ERROR",
                    "updatedAt": "2026-11-23T06:00:00Z"}),
                Reason::GivenUp,
            ),
            (
                serde_json::json!({"status": "LOGIN_ERROR", "executionStatus": "SOMETHING_NEW"}),
                Reason::LoginFailed,
            ),
        ];
        for (fields, expected) in cases {
            assert_eq!(
                reason(&item(fields.clone()), None, NOW.parse().unwrap()),
                expected,
                "{fields}"
            );
        }
    }
}
