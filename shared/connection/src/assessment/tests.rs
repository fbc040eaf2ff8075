mod open_finance;
mod stale_data;
mod update_mode;

use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-11-23T12:00:00Z";
const JUST_PASSED: &str = "2026-11-23T12:00:00Z";
const STILL_AHEAD: &str = "2026-11-23T12:00:01Z";

fn item(fields: &Value) -> Item {
    let mut item = json!({
        "id": "9a7b6c5d-0000-4000-8000-000000000001",
        "status": "UPDATED",
        "executionStatus": "SUCCESS",
        "updatedAt": "2026-11-23T11:00:00Z",
    });
    item.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    serde_json::from_value(item).unwrap()
}

/// Fields of an item that waits for the user's login at the bank.
fn login(expires_at: &str) -> Value {
    json!({
        "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "connector": {"id": 601, "oauth": true, "isOpenFinance": true},
        "parameter": {
            "name": "oauthCode", "type": "oauth", "label": "Oauth Code",
            "data": "https://bank.example.com/auth?request=abc", "expiresAt": expires_at,
        },
    })
}

fn with(mut fields: Value, changes: &Value) -> Value {
    let changes = changes.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(changes);
    fields
}

fn check(fields: Value, expected: Reason) {
    check_with(Availability::Available, fields, expected);
}

fn check_with(connector: Availability, fields: Value, expected: Reason) {
    let assessment = assess(&item(&fields), connector, NOW.parse().unwrap());

    assert_eq!(assessment.reason, expected, "{connector:?} {fields}");
}

#[test]
fn the_phase_of_a_running_execution_depends_on_existing_data() {
    for status in ["CREATED", "UPDATING", "MERGING"] {
        check(
            json!({"status": status, "executionStatus": "CREATED"}),
            Reason::FirstExecution,
        );
        check(
            json!({"status": status, "executionStatus": "X_IN_PROGRESS", "lastUpdatedAt": NOW}),
            Reason::ExecutionRunning,
        );
    }
}

#[test]
fn an_execution_that_runs_again_outranks_how_the_last_one_ended() {
    for status in ["UPDATED", "OUTDATED", "LOGIN_ERROR"] {
        check(
            json!({"status": status, "executionStatus": "LOGIN_IN_PROGRESS", "lastUpdatedAt": NOW}),
            Reason::ExecutionRunning,
        );
    }
}

#[test]
fn a_finished_execution_is_ready_in_whole_or_in_part() {
    check(json!({}), Reason::UpToDate);
    for execution_status in ["PARTIAL_SUCCESS", "UNEXPECTED_ERROR"] {
        check(
            json!({"executionStatus": execution_status}),
            Reason::PartiallyUpdated,
        );
    }
    check(
        json!({"statusDetail": {"loans": null, "accounts": {"isUpdated": false}}}),
        Reason::PartiallyUpdated,
    );
    check(
        json!({"statusDetail": {"accounts": {"isUpdated": true, "warnings": [{"code": "001"}]}}}),
        Reason::UpToDate,
    );
    check(
        json!({"hasResourcesPendingAuthorization": true}),
        Reason::CoHolderApprovalPending,
    );
}

#[test]
fn a_prompt_can_be_answered_until_it_expires() {
    for (status, field, awaited, expired) in [
        (
            "WAITING_USER_INPUT",
            "parameter",
            Reason::MfaRequired,
            Reason::MfaExpired,
        ),
        (
            "WAITING_USER_ACTION",
            "userAction",
            Reason::BankActionRequired,
            Reason::BankActionExpired,
        ),
    ] {
        let asked = |expires_at| {
            json!({
                "status": status, "executionStatus": status,
                field: {"name": "token", "expiresAt": expires_at},
            })
        };

        check(asked(STILL_AHEAD), awaited);
        check(asked(JUST_PASSED), expired);
        let assessment = assess(
            &item(&asked(STILL_AHEAD)),
            Availability::Available,
            NOW.parse().unwrap(),
        );
        assert_eq!(assessment.expires_at, Some(STILL_AHEAD.parse().unwrap()));
    }
}

#[test]
fn a_prompt_without_an_expiry_is_given_a_day() {
    for (status, awaited, expired) in [
        (
            "WAITING_USER_INPUT",
            Reason::MfaRequired,
            Reason::MfaExpired,
        ),
        (
            "WAITING_USER_ACTION",
            Reason::BankActionRequired,
            Reason::BankActionExpired,
        ),
    ] {
        let asked = |updated_at| json!({"status": status, "executionStatus": status, "updatedAt": updated_at});

        check(asked("2026-11-22T12:00:01Z"), awaited);
        check(asked("2026-11-22T12:00:00Z"), expired);
    }
}

#[test]
fn a_pause_that_only_the_execution_names_is_one() {
    check(
        json!({"status": "UPDATING", "executionStatus": "WAITING_USER_INPUT"}),
        Reason::MfaRequired,
    );
    check(
        json!({"status": "UPDATING", "executionStatus": "WAITING_USER_ACTION"}),
        Reason::BankActionRequired,
    );
}

#[test]
fn a_device_that_waits_for_authorization_is_no_failure_for_a_day() {
    let pending = |updated_at| {
        json!({
            "status": "OUTDATED", "executionStatus": "USER_AUTHORIZATION_PENDING", "updatedAt": updated_at,
        })
    };

    check(
        pending("2026-11-22T12:00:01Z"),
        Reason::DeviceAuthorizationPending,
    );
    check(
        pending("2026-11-22T12:00:00Z"),
        Reason::DeviceAuthorizationOverdue,
    );
}

#[test]
fn what_failed_says_who_must_act() {
    let cases = [
        ("INVALID_CREDENTIALS", Reason::InvalidCredentials),
        ("INVALID_CREDENTIALS_MFA", Reason::InvalidMfa),
        ("USER_INPUT_TIMEOUT", Reason::MfaExpired),
        (
            "USER_AUTHORIZATION_NOT_GRANTED",
            Reason::AuthorizationDenied,
        ),
        ("USER_AUTHORIZATION_REVOKED", Reason::AuthorizationRevoked),
        ("ACCOUNT_LOCKED", Reason::AccountLocked),
        ("ACCOUNT_CREDENTIALS_RESET", Reason::PasswordResetRequired),
        ("ACCOUNT_NEEDS_ACTION", Reason::AccountActionRequired),
        ("USER_NOT_SUPPORTED", Reason::AccountNotSupported),
    ];
    for (execution_status, reason) in cases {
        for status in ["OUTDATED", "LOGIN_ERROR"] {
            check(
                json!({"status": status, "executionStatus": execution_status}),
                reason,
            );
        }
    }
}

#[test]
fn an_execution_that_pluggy_retries_differs_from_a_failed_login() {
    use Reason::{BankUnavailable, Retrying, SessionConflict};
    use Reason::{LoginInterrupted, LoginSessionConflict};
    let cases = [
        ("ALREADY_LOGGED_IN", SessionConflict, LoginSessionConflict),
        ("SITE_NOT_AVAILABLE", BankUnavailable, LoginInterrupted),
        ("CONNECTION_ERROR", Retrying, LoginInterrupted),
        ("ERROR", Retrying, LoginInterrupted),
        ("UNEXPECTED_ERROR", Retrying, LoginInterrupted),
        ("MERGE_ERROR", Retrying, LoginInterrupted),
        ("CREATE_ERROR", Retrying, LoginInterrupted),
    ];
    for (execution_status, while_repeated, once_given_up) in cases {
        let failed = |status| json!({"status": status, "executionStatus": execution_status});

        check(failed("OUTDATED"), while_repeated);
        check(failed("LOGIN_ERROR"), once_given_up);
        assert!(!once_given_up.needs_credentials());
    }
}

#[test]
fn what_pluggy_has_given_up_is_for_the_user_to_try() {
    for execution_status in [
        "UNEXPECTED_ERROR",
        "SITE_NOT_AVAILABLE",
        "ALREADY_LOGGED_IN",
    ] {
        let outdated = |updated_at: &str, next: Option<&str>| {
            let fields = json!({
                "status": "OUTDATED", "executionStatus": execution_status,
                "updatedAt": updated_at, "nextAutoSyncAt": next,
            });
            assess(
                &item(&fields),
                Availability::Available,
                NOW.parse().unwrap(),
            )
            .reason
        };

        assert_eq!(
            outdated("2026-11-23T06:00:00Z", None),
            Reason::RetriesExhausted
        );
        assert_eq!(
            outdated("2026-11-23T06:00:00Z", Some(JUST_PASSED)),
            Reason::RetriesExhausted
        );
        assert_ne!(
            outdated("2026-11-23T06:00:01Z", None),
            Reason::RetriesExhausted
        );
        assert_ne!(
            outdated("2026-11-23T06:00:00Z", Some(STILL_AHEAD)),
            Reason::RetriesExhausted
        );
    }
}

#[test]
fn the_error_says_why_where_the_execution_does_not() {
    for execution_status in ["ERROR", "UNEXPECTED_ERROR", "SOMETHING_NEW"] {
        check(
            json!({
                "status": "OUTDATED", "executionStatus": execution_status,
                "error": {"code": "ACCOUNT_NEEDS_ACTION"},
            }),
            Reason::AccountActionRequired,
        );
    }
    check(
        json!({
            "status": "OUTDATED", "executionStatus": "SITE_NOT_AVAILABLE",
            "error": {"code": "UNEXPECTED_ERROR"},
        }),
        Reason::BankUnavailable,
    );
}

#[test]
fn what_is_new_to_this_version_is_unknown_where_it_decides() {
    check(json!({"status": "HIBERNATING"}), Reason::Unknown);
    let new = |status| json!({"status": status, "executionStatus": "SOMETHING_NEW"});
    check(new("OUTDATED"), Reason::Unknown);
    check(new("LOGIN_ERROR"), Reason::LoginFailed);
    check(new("UPDATED"), Reason::UpToDate);
    check(new("UPDATING"), Reason::FirstExecution);
    check(new("WAITING_USER_INPUT"), Reason::MfaRequired);
}

#[test]
fn a_consent_that_ended_needs_a_new_connection() {
    for (status, execution_status) in [
        ("UPDATED", "SUCCESS"),
        ("OUTDATED", "CONNECTION_ERROR"),
        ("LOGIN_ERROR", "INVALID_CREDENTIALS"),
    ] {
        let until = |at| json!({"status": status, "executionStatus": execution_status, "consentExpiresAt": at});

        check(until(JUST_PASSED), Reason::ConsentExpired);
        let assessment = assess(
            &item(&until(STILL_AHEAD)),
            Availability::Available,
            NOW.parse().unwrap(),
        );
        assert_ne!(assessment.reason, Reason::ConsentExpired);
    }
}

#[test]
fn a_planned_sync_is_overdue_after_an_hour() {
    check(
        json!({"nextAutoSyncAt": "2026-11-23T11:00:01Z"}),
        Reason::UpToDate,
    );
    check(
        json!({"nextAutoSyncAt": "2026-11-23T11:00:00Z"}),
        Reason::ExecutionOverdue,
    );
}

#[test]
fn while_the_connector_is_offline_everybody_waits_for_the_bank() {
    let failed =
        |status, execution_status| json!({"status": status, "executionStatus": execution_status});

    for (fields, expected) in [
        (
            failed("OUTDATED", "CONNECTION_ERROR"),
            Reason::ConnectorOffline,
        ),
        (
            json!({"status": "OUTDATED", "executionStatus": "ERROR", "updatedAt": "2026-11-20T00:00:00Z"}),
            Reason::ReconnectConnectorOffline,
        ),
        (
            failed("LOGIN_ERROR", "INVALID_CREDENTIALS"),
            Reason::ReconnectConnectorOffline,
        ),
        (
            json!({"consentExpiresAt": NOW}),
            Reason::ReconnectConnectorOffline,
        ),
        (
            failed("LOGIN_ERROR", "ACCOUNT_LOCKED"),
            Reason::ReconnectConnectorOffline,
        ),
        (json!({}), Reason::UpToDate),
        (
            json!({"lastUpdatedAt": "2026-09-12T12:00:00Z"}),
            Reason::DataStaleConnectorOffline,
        ),
        (login(JUST_PASSED), Reason::ReconnectConnectorOffline),
        (login(STILL_AHEAD), Reason::OpenFinanceLogin),
    ] {
        check_with(Availability::Offline, fields, expected);
    }
}

#[test]
fn a_retired_connector_needs_a_new_connection_once_nothing_runs() {
    for (status, execution_status, expected) in [
        ("UPDATED", "SUCCESS", Reason::ConnectorRetired),
        ("OUTDATED", "ERROR", Reason::ConnectorRetired),
        ("LOGIN_ERROR", "ACCOUNT_LOCKED", Reason::ConnectorRetired),
        ("UPDATING", "CREATED", Reason::FirstExecution),
    ] {
        check_with(
            Availability::Retired,
            json!({"status": status, "executionStatus": execution_status}),
            expected,
        );
    }
}

#[test]
fn an_item_that_never_changed_is_as_old_as_it_is() {
    let fields = json!({
        "status": "OUTDATED", "executionStatus": "ERROR",
        "updatedAt": null, "createdAt": "2026-11-23T06:00:00Z",
    });

    check(fields, Reason::RetriesExhausted);
}
