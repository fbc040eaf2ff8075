//! Commands of an operator.

use pluggy::ClientUserId;
use runtime::audit::Audit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::verification::Place;

/// A command of an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) action: Action,
    /// The user.
    pub(crate) client_user_id: ClientUserId,
    /// Where a verification continues.
    pub(crate) cursor: Option<Place>,
    /// What the command line states about the command.
    pub(crate) audit: Option<Audit>,
}

/// The effect of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// Erases the user, or continues.
    Erase,
    /// Lets the user connect again before the marker expires.
    Lift,
    /// Searches the tables for the user.
    Verify,
}

/// Reason why a command was not executed. It names a field and never repeats its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvalidCommand {
    /// The field; empty for the command as a whole.
    pub field: &'static str,
    /// Description of a valid value, as the end of a sentence that begins with the field name.
    pub reason: &'static str,
}

/// The JSON form of a command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Fields {
    action: Action,
    client_user_id: String,
    cursor: Option<String>,
    audit: Option<Audit>,
}

impl Action {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Erase => "erase",
            Self::Lift => "lift",
            Self::Verify => "verify",
        }
    }
}

impl Command {
    /// Parses a command. The refusal names the wrong field.
    pub(crate) fn parse(command: Value) -> Result<Self, InvalidCommand> {
        let refusal = |field, reason| InvalidCommand { field, reason };
        let fields: Fields = serde_json::from_value(command).map_err(|_| {
            refusal(
                "",
                "must have action (erase, lift or verify) and clientUserId, which are text, perhaps cursor, perhaps audit, \
                 with a run and the ARN of a caller, and nothing else",
            )
        })?;
        let user = fields.client_user_id.parse();
        let user = user
            .map_err(|_| refusal("clientUserId", "must be a user's id of 1 to 255 characters"))?;
        let cursor = match fields.cursor {
            None => None,
            Some(text) if fields.action == Action::Verify => {
                let place = Place::from_text(&text);
                Some(place.ok_or(refusal("cursor", "must be a cursor from an earlier answer"))?)
            }
            Some(_) => return Err(refusal("cursor", "belongs to verify alone")),
        };
        Ok(Self {
            action: fields.action,
            client_user_id: user,
            cursor,
            audit: fields.audit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_names_an_action_and_a_user() {
        let command = json!({
            "action": "erase", "clientUserId": "usr_1",
            "audit": {"run": "2f1e0d9c-0000-4000-8000-000000000020", "caller": "arn:aws:iam::123456789012:user/maria"},
        });

        let command = Command::parse(command).unwrap();

        assert_eq!(command.action, Action::Erase);
        assert_eq!(command.client_user_id.as_str(), "usr_1");
    }

    #[test]
    fn what_is_no_command_is_refused_by_its_field() {
        for (command, field) in [
            (json!(null), ""),
            (json!({"action": "erase"}), ""),
            (json!({"action": "forget", "clientUserId": "usr_1"}), ""),
            (
                json!({"action": "erase", "clientUserId": "usr_1", "force": true}),
                "",
            ),
            (
                json!({"action": "erase", "clientUserId": ""}),
                "clientUserId",
            ),
            (
                json!({"action": "erase", "clientUserId": "x".repeat(256)}),
                "clientUserId",
            ),
            (
                json!({"action": "erase", "clientUserId": "usr_1", "cursor": "items."}),
                "cursor",
            ),
            (
                json!({"action": "verify", "clientUserId": "usr_1", "cursor": "?"}),
                "cursor",
            ),
        ] {
            let refusal = Command::parse(command.clone()).unwrap_err();

            assert_eq!(refusal.field, field, "{command}");
        }
    }
}
