//! Expiry of the requests to the user: their contents are not kept for longer than the user can act on them.

use jiff::Timestamp;
use pluggy::{ConnectorCredential, Item, UserAction};

use super::{ActionKind, Availability, Reason, assess};

/// Removes the contents of a prompt that does not wait for its answer at `now`, and of an action at the bank that does
/// not wait for the user or whose time is over. Returns whether the item has changed. The type and the time of expiry stay, so the
/// item's assessment does not change.
pub fn remove_expired(item: &mut Item, now: Timestamp) -> bool {
    let reason = assess(item, Availability::Available, now).reason;
    let is_prompt_open = matches!(reason, Reason::MfaRequired | Reason::OpenFinanceLogin);
    let parameter = item
        .parameter
        .as_ref()
        .filter(|_| !is_prompt_open)
        .map(emptied_prompt);
    let is_action_open = matches!(
        reason.action(),
        ActionKind::ActAtBank | ActionKind::AuthorizeDevice
    );
    let user_action = item
        .user_action
        .as_ref()
        .filter(|action| !is_action_open || action.expires_at.is_some_and(|at| at <= now))
        .map(emptied_action);
    replace(&mut item.parameter, parameter) | replace(&mut item.user_action, user_action)
}

/// Returns the prompt without the bank's link, image and texts.
fn emptied_prompt(parameter: &ConnectorCredential) -> ConnectorCredential {
    ConnectorCredential {
        name: parameter.name.clone(),
        kind: parameter.kind.clone(),
        expires_at: parameter.expires_at,
        ..ConnectorCredential::default()
    }
}

/// Returns the action without the bank's texts and data.
fn emptied_action(action: &UserAction) -> UserAction {
    UserAction {
        kind: action.kind.clone(),
        expires_at: action.expires_at,
        ..UserAction::default()
    }
}

/// Replaces a part of an item, if there is another. Returns whether it differs.
fn replace<T: PartialEq>(part: &mut Option<T>, other: Option<T>) -> bool {
    let is_other = other.is_some() && *part != other;
    if is_other {
        *part = other;
    }
    is_other
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: &str = "2026-11-23T12:00:00Z";
    const LATER: &str = "2026-11-23T12:00:01Z";

    fn item(fields: &Value) -> Item {
        let mut item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001",
            "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT", "updatedAt": NOW,
            "connector": {"id": 601, "oauth": true},
        });
        let fields = fields.as_object().unwrap().clone();
        item.as_object_mut().unwrap().extend(fields);
        serde_json::from_value(item).unwrap()
    }

    fn login(expires_at: &str) -> Value {
        json!({
            "name": "oauthCode", "type": "oauth", "label": "Oauth Code", "instructions": "Log in",
            "data": "https://bank.example.com/auth?request=abc", "expiresAt": expires_at,
        })
    }

    /// Removes what has expired, and compares what is left.
    fn check(fields: &Value, expected: &Value) {
        let before = item(fields);
        let mut after = before.clone();
        let now = NOW.parse().unwrap();

        let has_changed = remove_expired(&mut after, now);

        assert_eq!(after, item(expected), "{fields}");
        assert_eq!(has_changed, after != before, "{fields}");
        let assessed = |item| assess(item, Availability::Available, now);
        assert_eq!(assessed(&after), assessed(&before), "{fields}");
    }

    #[test]
    fn the_link_of_a_login_is_kept_until_it_expires() {
        check(
            &json!({"parameter": login(LATER)}),
            &json!({"parameter": login(LATER)}),
        );
        check(
            &json!({"parameter": login(NOW)}),
            &json!({"parameter": {"name": "oauthCode", "type": "oauth", "expiresAt": NOW}}),
        );
    }

    #[test]
    fn a_link_without_an_expiry_is_kept_for_a_day() {
        let mut parameter = login(NOW);
        parameter.as_object_mut().unwrap().remove("expiresAt");
        let unchanged_since =
            |at, parameter: &Value| json!({"updatedAt": at, "parameter": parameter});

        let (young, old) = ("2026-11-22T12:00:01Z", "2026-11-22T12:00:00Z");
        check(
            &unchanged_since(young, &parameter),
            &unchanged_since(young, &parameter),
        );
        check(
            &unchanged_since(old, &parameter),
            &unchanged_since(old, &json!({"name": "oauthCode", "type": "oauth"})),
        );
    }

    #[test]
    fn a_prompt_that_nobody_waits_for_is_emptied() {
        for (status, execution_status) in [
            ("UPDATING", "LOGIN_IN_PROGRESS"),
            ("UPDATED", "SUCCESS"),
            ("OUTDATED", "USER_INPUT_TIMEOUT"),
            ("WAITING_USER_ACTION", "WAITING_USER_ACTION"),
        ] {
            let with = |parameter| json!({"status": status, "executionStatus": execution_status, "parameter": parameter});

            check(
                &with(login(LATER)),
                &with(json!({"name": "oauthCode", "type": "oauth", "expiresAt": LATER})),
            );
        }
    }

    #[test]
    fn an_image_is_kept_until_its_prompt_expires() {
        let image = |expires_at| json!({"name": "code", "type": "image", "data": "aW1hZ2U=", "expiresAt": expires_at});

        check(
            &json!({"parameter": image(LATER)}),
            &json!({"parameter": image(LATER)}),
        );
        check(
            &json!({"parameter": image(NOW)}),
            &json!({"parameter": {"name": "code", "type": "image", "expiresAt": NOW}}),
        );
    }

    #[test]
    fn the_data_of_an_action_at_the_bank_is_kept_until_it_expires() {
        let action = |expires_at| {
            json!({
                "status": "WAITING_USER_ACTION", "executionStatus": "WAITING_USER_ACTION",
                "userAction": {
                    "type": "qr", "instructions": "Scan", "attributes": {"data": "x"}, "expiresAt": expires_at,
                },
            })
        };
        let mut emptied = action(Some(NOW));
        emptied["userAction"] = json!({"type": "qr", "expiresAt": NOW});

        check(&action(Some(LATER)), &action(Some(LATER)));
        check(&action(None), &action(None));
        check(&action(Some(NOW)), &emptied);
    }

    #[test]
    fn an_action_that_does_not_wait_for_the_user_is_emptied() {
        let action = |status, execution_status, updated_at, attributes: Value| {
            json!({
                "status": status, "executionStatus": execution_status, "updatedAt": updated_at,
                "userAction": {"type": "qr", "attributes": attributes},
            })
        };
        let (open, emptied) = (json!({"data": "x"}), Value::Null);

        for (status, execution_status, updated_at, left) in [
            (
                "WAITING_USER_ACTION",
                "WAITING_USER_ACTION",
                "2026-11-22T12:00:01Z",
                &open,
            ),
            (
                "WAITING_USER_ACTION",
                "WAITING_USER_ACTION",
                "2026-11-22T12:00:00Z",
                &emptied,
            ),
            ("OUTDATED", "USER_AUTHORIZATION_PENDING", NOW, &open),
            ("UPDATING", "LOGIN_IN_PROGRESS", NOW, &emptied),
            ("UPDATED", "SUCCESS", NOW, &emptied),
            ("LOGIN_ERROR", "INVALID_CREDENTIALS", NOW, &emptied),
        ] {
            check(
                &action(status, execution_status, updated_at, open.clone()),
                &action(status, execution_status, updated_at, left.clone()),
            );
        }
    }

    #[test]
    fn nothing_is_left_to_remove_the_second_time() {
        let mut item = item(&json!({"parameter": login(NOW)}));
        let now = NOW.parse().unwrap();

        assert!(remove_expired(&mut item, now));
        assert!(!remove_expired(&mut item, now));
    }
}
