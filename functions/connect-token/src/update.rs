//! Update mode: the items that it is possible for, the profile options that apply to them, and when the widget
//! must ask for credentials.

use connection::{Availability, assess, is_updatable};
use jiff::Timestamp;
use pluggy::{ClientUserId, ConnectOptions, ConnectTokenOptions, Item, ItemId};
use runtime::RequestError;
use runtime::problem::Problem;
use store::{Items, RowState};

/// Returns Pluggy's last response about the user's item, if the widget can update it. The item of another user is
/// reported as not found, and so is one that was never fetched: no response of Pluggy confirms its owner, and a token
/// could let a user into a bank login of another one.
pub(crate) async fn updatable_item(
    items: &Items,
    item_id: ItemId,
    user: &ClientUserId,
) -> Result<Box<Item>, RequestError> {
    let stored = items.of_user(item_id, user).await;
    let stored = stored.map_err(RequestError::ours(store::Error::is_temporary))?;
    let Some(RowState::Fetched { snapshot, .. }) = stored.map(|stored| stored.state) else {
        return Err(Problem::item_not_found().into());
    };
    let item = snapshot.item;
    if !is_updatable(&item) {
        return Err(Problem::item_not_updatable().into());
    }
    Ok(item)
}

/// Returns the widget options for updating an item.
///
/// The widget opens the form of this item. A selected connector or a list of connectors would contradict it.
/// The products and their options were set when the item was created. Another profile's products would change
/// what Pluggy collects from now on.
pub(crate) fn connect_options(
    options: ConnectOptions,
    item: &Item,
    now: Timestamp,
) -> ConnectOptions {
    ConnectOptions {
        selected_connector_id: None,
        connector_types: None,
        connector_ids: None,
        countries: None,
        products: None,
        connector_sort_alphabetically: None,
        move_security_data: None,
        force_ask_for_credentials: if needs_credentials(item, now) {
            Some(true)
        } else {
            options.force_ask_for_credentials
        },
        ..options
    }
}

/// Returns the token options for updating an item, without the options for creating one.
pub(crate) fn token_options(options: ConnectTokenOptions) -> ConnectTokenOptions {
    ConnectTokenOptions {
        avoid_duplicates: None,
        products: None,
        ..options
    }
}

/// Returns whether the widget must ask for credentials instead of using those that Pluggy has. An offline
/// connector does not change this.
fn needs_credentials(item: &Item, now: Timestamp) -> bool {
    let assessment = assess(item, Availability::Available, now);
    assessment.reason.needs_credentials()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn item(status: &str, execution_status: &str, code: Option<&str>) -> Item {
        let error = code.map(|code| serde_json::json!({"code": code, "message": ""}));
        serde_json::from_value(serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001",
            "status": status, "executionStatus": execution_status, "error": error,
        }))
        .unwrap()
    }

    #[test]
    fn credentials_are_asked_for_where_those_that_pluggy_has_cannot_work() {
        for (status, ended_with) in [
            ("LOGIN_ERROR", "INVALID_CREDENTIALS"),
            ("LOGIN_ERROR", "ACCOUNT_LOCKED"),
            ("LOGIN_ERROR", "ACCOUNT_CREDENTIALS_RESET"),
            ("LOGIN_ERROR", "A_CODE_OF_TOMORROW"),
            ("OUTDATED", "ACCOUNT_CREDENTIALS_RESET"),
            ("OUTDATED", "INVALID_CREDENTIALS"),
        ] {
            let by_status = item(status, ended_with, None);
            let by_error = item(status, "ERROR", Some(ended_with));
            assert!(
                needs_credentials(&by_status, now()),
                "{status} {ended_with}"
            );
            assert!(needs_credentials(&by_error, now()), "{status} {ended_with}");
        }
    }

    #[test]
    fn credentials_that_may_work_are_not_asked_for() {
        for (status, ended_with) in [
            ("LOGIN_ERROR", "USER_AUTHORIZATION_NOT_GRANTED"),
            ("LOGIN_ERROR", "USER_AUTHORIZATION_REVOKED"),
            ("LOGIN_ERROR", "USER_AUTHORIZATION_PENDING"),
            ("OUTDATED", "USER_AUTHORIZATION_PENDING"),
            ("OUTDATED", "INVALID_CREDENTIALS_MFA"),
            ("OUTDATED", "SITE_NOT_AVAILABLE"),
            ("OUTDATED", "ACCOUNT_NEEDS_ACTION"),
            ("UPDATED", "SUCCESS"),
            ("UPDATING", "LOGIN_IN_PROGRESS"),
            ("WAITING_USER_INPUT", "WAITING_USER_INPUT"),
            ("A_STATUS_OF_TOMORROW", "ERROR"),
        ] {
            let item = item(status, ended_with, None);
            assert!(!needs_credentials(&item, now()), "{status} {ended_with}");
        }
    }
}
