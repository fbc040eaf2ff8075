//! Commands of an operator, and of the schedule.

use runtime::audit::Audit;
use runtime::payload;
use serde::{Deserialize, Serialize};

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Posts a test event to the address, as Pluggy would.
    TestDelivery,
    /// Registers the webhook at Pluggy with the required settings. It is idempotent.
    Ensure {
        /// Policy for webhooks that carry our secret and point to another URL.
        elsewhere: Elsewhere,
    },
    /// Fetches the registrations and reports their problems.
    Watch,
}

/// Policy for webhooks that carry our secret and point to another URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// Keeps them: another deployment may need them.
    Keep,
    /// Deletes them.
    Delete,
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
#[serde(deny_unknown_fields)]
struct Fields {
    action: String,
    elsewhere: Option<String>,
    audit: Option<Audit>,
}

impl Command {
    /// Parses a command, and what the command line states about it. The schedule states nothing. The refusal names the
    /// first wrong field.
    pub fn parse(json: &str) -> Result<(Self, Option<Audit>), InvalidCommand> {
        let refusal = |field, reason| InvalidCommand { field, reason };
        let fields: Fields = payload::parse(json).map_err(|_| {
            refusal(
                "",
                "must have action and perhaps elsewhere, which are text, perhaps audit, with a run and the ARN of a \
                 caller, and nothing else",
            )
        })?;
        let command = match (fields.action.as_str(), fields.elsewhere.as_deref()) {
            ("test-delivery", None) => Self::TestDelivery,
            ("watch", None) => Self::Watch,
            ("ensure", None | Some("keep")) => Self::Ensure {
                elsewhere: Elsewhere::Keep,
            },
            ("ensure", Some("delete")) => Self::Ensure {
                elsewhere: Elsewhere::Delete,
            },
            ("ensure", Some(_)) => return Err(refusal("elsewhere", "must be keep or delete")),
            ("test-delivery" | "watch", Some(_)) => {
                return Err(refusal("elsewhere", "is a field of ensure alone"));
            }
            _ => return Err(refusal("action", "must be ensure, test-delivery or watch")),
        };
        Ok((command, fields.audit))
    }

    /// Returns the action as the audit line has it. It says what is deleted.
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::TestDelivery => "test-delivery",
            Self::Ensure {
                elsewhere: Elsewhere::Keep,
            } => "ensure",
            Self::Ensure {
                elsewhere: Elsewhere::Delete,
            } => "ensure-and-delete-elsewhere",
            Self::Watch => "watch",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_says_too_little_or_too_much_is_refused_by_field() {
        for (json, field) in [
            ("", ""),
            ("[]", ""),
            ("{}", ""),
            (r#"{"action":7}"#, ""),
            (r#"{"action":"watch","audit":{"run":"7"}}"#, ""),
            (r#"{"action":"ensure","force":true}"#, ""),
            (r#"{"action":"unsubscribe"}"#, "action"),
            (r#"{"action":"ensure","elsewhere":"move"}"#, "elsewhere"),
            (r#"{"action":"watch","elsewhere":"delete"}"#, "elsewhere"),
        ] {
            assert_eq!(Command::parse(json).unwrap_err().field, field, "{json}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_what_was_sent() {
        for json in [
            r#"{"action":"Maria"}"#,
            r#"{"action":"ensure","elsewhere":"Maria"}"#,
            r#"{"action":["Maria"]}"#,
            r#"{"action":"watch","Maria":1}"#,
        ] {
            let refusal = format!("{:?}", Command::parse(json).unwrap_err());

            assert!(!refusal.contains("Maria"), "{refusal}");
        }
    }
}
