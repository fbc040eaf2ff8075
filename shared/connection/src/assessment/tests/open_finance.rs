//! Logins at the bank.

use super::*;

#[test]
fn a_login_at_the_bank_is_no_mfa_prompt_and_expires_as_not_authorized() {
    check(login(STILL_AHEAD), Reason::OpenFinanceLogin);
    check(login(JUST_PASSED), Reason::OpenFinanceLoginExpired);
    let assessment = assess(
        &item(&login(STILL_AHEAD)),
        Availability::Available,
        NOW.parse().unwrap(),
    );
    assert_eq!(assessment.expires_at, Some(STILL_AHEAD.parse().unwrap()));
    assert_eq!(assessment.action(), ActionKind::ActAtBank);
    assert_eq!(assessment.token_use(), None);
    let expired = assess(
        &item(&login(JUST_PASSED)),
        Availability::Available,
        NOW.parse().unwrap(),
    );
    assert_eq!(expired.action(), ActionKind::Reconnect);
    assert_eq!(expired.token_use(), Some(TokenUse::Update));
}

#[test]
fn a_login_is_known_by_its_parameter_or_else_by_the_connector() {
    let without_parameter = |connector| {
        let changes = json!({"parameter": null, "connector": connector});
        with(login(STILL_AHEAD), &changes)
    };
    for connector in [
        json!({"id": 601, "oauth": true}),
        json!({"id": 601, "isOpenFinance": true}),
        json!({"id": 200, "oauth": true, "isOpenFinance": false}),
    ] {
        check(without_parameter(connector), Reason::OpenFinanceLogin);
    }
    for connector in [
        Value::Null,
        json!({"id": 5}),
        json!({"id": 5, "oauth": false, "isOpenFinance": false}),
    ] {
        check(without_parameter(connector), Reason::MfaRequired);
    }
    let of_type = |kind: Value, oauth: bool| {
        let parameter = json!({"name": "x", "type": kind, "expiresAt": STILL_AHEAD});
        let connector = json!({"id": 601, "oauth": oauth});
        let changes = json!({"parameter": parameter, "connector": connector});
        with(login(STILL_AHEAD), &changes)
    };
    check(of_type(json!("oauth"), false), Reason::OpenFinanceLogin);
    check(of_type(json!("number"), true), Reason::MfaRequired);
    for unknown in [Value::Null, json!("hologram")] {
        check(of_type(unknown.clone(), true), Reason::OpenFinanceLogin);
        check(of_type(unknown, false), Reason::MfaRequired);
    }
}

#[test]
fn a_login_that_only_the_execution_names_is_one() {
    check(
        with(login(STILL_AHEAD), &json!({"status": "UPDATING"})),
        Reason::OpenFinanceLogin,
    );
}

#[test]
fn a_login_without_an_expiry_is_given_a_day() {
    let unchanged_since = |at| {
        let changes = json!({"parameter": null, "updatedAt": at});
        with(login(STILL_AHEAD), &changes)
    };

    check(
        unchanged_since("2026-11-22T12:00:01Z"),
        Reason::OpenFinanceLogin,
    );
    check(
        unchanged_since("2026-11-22T12:00:00Z"),
        Reason::OpenFinanceLoginExpired,
    );
}

#[test]
fn a_login_that_timed_out_at_pluggy_was_not_authorized_in_time() {
    let timed_out = json!({
        "status": "OUTDATED", "executionStatus": "USER_INPUT_TIMEOUT", "parameter": null,
    });

    check(
        with(login(JUST_PASSED), &timed_out),
        Reason::OpenFinanceLoginExpired,
    );
    check(timed_out, Reason::MfaExpired);
}
