//! A command that cannot be understood.

use serde::Serialize;

/// Why a command was not carried out. Names a field, and never repeats its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The field, such as `items[3].itemId`.
    pub field: String,
    /// What it must be, as the end of a sentence that begins with its name.
    pub reason: String,
}

impl Refusal {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}
