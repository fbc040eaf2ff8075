//! Items that the widget cannot update.

use std::collections::HashSet;

use super::*;

#[test]
fn an_item_of_meu_pluggy_is_never_updated_but_connected_again() {
    let now = NOW.parse().unwrap();
    let mut were_reached = HashSet::new();
    let states = [
        login(STILL_AHEAD),
        login(JUST_PASSED),
        json!({"status": "WAITING_USER_INPUT", "parameter": {"name": "token", "type": "number"}}),
        json!({"status": "WAITING_USER_ACTION", "userAction": {"expiresAt": JUST_PASSED}}),
        json!({"lastUpdatedAt": "2026-09-12T12:00:00Z"}),
        json!({"status": "LOGIN_ERROR", "executionStatus": "SITE_NOT_AVAILABLE"}),
        json!({"status": "LOGIN_ERROR", "executionStatus": "ALREADY_LOGGED_IN"}),
        json!({"status": "LOGIN_ERROR", "executionStatus": "SOMETHING_NEW"}),
        json!({"status": "OUTDATED", "executionStatus": "ERROR", "updatedAt": "2026-11-01T12:00:00Z"}),
        json!({
            "status": "OUTDATED", "executionStatus": "USER_AUTHORIZATION_PENDING",
            "updatedAt": "2026-11-01T12:00:00Z",
        }),
    ];
    let failed = [
        "USER_INPUT_TIMEOUT",
        "INVALID_CREDENTIALS",
        "INVALID_CREDENTIALS_MFA",
        "USER_AUTHORIZATION_NOT_GRANTED",
        "ACCOUNT_LOCKED",
        "ACCOUNT_CREDENTIALS_RESET",
        "ACCOUNT_NEEDS_ACTION",
    ]
    .map(|cause| json!({"status": "LOGIN_ERROR", "executionStatus": cause}));
    for state in states.into_iter().chain(failed) {
        let at = |id: u32| {
            let connector = json!({"connector": {"id": id}});
            let item = item(&with(state.clone(), &connector));
            assess(&item, Availability::Available, now)
        };
        let (other, meu_pluggy) = (at(2), at(200));
        were_reached.insert(other.reason);

        assert_eq!(meu_pluggy.reason, other.reason, "{state}");
        if other.token_use() == Some(TokenUse::Update) {
            assert_eq!(meu_pluggy.action(), ActionKind::ConnectAgain, "{state}");
            assert_eq!(meu_pluggy.token_use(), Some(TokenUse::NewConnection));
        } else {
            assert_eq!(meu_pluggy.action(), other.action(), "{state}");
            assert_eq!(meu_pluggy.token_use(), other.token_use(), "{state}");
        }
    }
    let unreached = Reason::ALL.iter().filter(|reason| {
        reason.token_use() == Some(TokenUse::Update) && !were_reached.contains(reason)
    });
    // The test would not see a reason with an update token that no state above leads to.
    assert_eq!(unreached.collect::<Vec<_>>(), Vec::<&Reason>::new());
}
