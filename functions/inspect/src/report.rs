//! Responses of the function.

use serde::Serialize;

use crate::{ItemReport, ItemSummary};

/// A response.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Response {
    /// HTML for the widget, or its documentation in Markdown.
    Text(String),
    /// The result of an operator's command.
    Report(Report),
}

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "camelCase")]
pub enum Report {
    /// Report about an item.
    Item(Box<ItemReport>),
    /// The items of a user.
    User(UserReport),
    /// The command is invalid. Nothing was done.
    Refused(InvalidCommand),
}

/// A page of a user's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserReport {
    /// The items, newest first.
    pub items: Vec<ItemSummary>,
    /// Number of further items whose rows cannot be read.
    pub unreadable: usize,
    /// Position at which the list continues; none if this is all.
    pub cursor: Option<String>,
}

impl UserReport {
    /// Whether no item has this owner.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.unreadable == 0 && self.cursor.is_none()
    }
}

/// Reason why a command was not executed. It names a field and never repeats its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvalidCommand {
    /// The field; empty for the command as a whole.
    pub field: &'static str,
    /// Description of a valid value, as the end of a sentence that begins with the field name.
    pub reason: &'static str,
}
