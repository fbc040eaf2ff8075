//! References to unpublished rows, without their content.

use jiff::Timestamp;
use serde::Serialize;

/// A reference to a row of one of the tables, and to its event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    pub(crate) key: RowKey,
    /// The id in the event; none if the row could not be read.
    pub(crate) id: Option<String>,
    pub(crate) detail_type: Option<String>,
    /// A republish since this time includes the event.
    pub(crate) since: Timestamp,
}

/// The key of a row of `EventTable`, or of `ItemTable`, which has no sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct RowKey {
    pub(crate) pk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sk: Option<String>,
}
