//! Commands that are not carried out.

use serde::Serialize;

/// Reason why a command was not executed. It names a field and never repeats its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvalidCommand {
    /// The field, such as `items[3].itemId`.
    pub field: String,
    /// Description of a valid value, as the end of a sentence that begins with the field name.
    pub reason: String,
}

impl InvalidCommand {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}
