//! How what is not published is found again: never what it says.

use jiff::Timestamp;
use serde::Serialize;

/// Names a row of one of the tables, and what was to be told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    pub(crate) key: RowKey,
    /// The id in the event; none if the row could not be read.
    pub(crate) id: Option<String>,
    pub(crate) detail_type: Option<String>,
    /// What is published again since then tells it.
    pub(crate) since: Timestamp,
}

/// The key of a row of `EventTable`, or of `ItemTable`, which has no sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct RowKey {
    pub(crate) pk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sk: Option<String>,
}
