//! Entries for the bus.

use jiff::Timestamp;
use runtime::bus::SOURCE;
use serde::Serialize;

/// Maximum size in bytes. EventBridge applies it to an entry and to a whole request.
pub(crate) const MAX_BYTES: usize = 256 * 1024;
/// Size of an entry's time, in bytes.
const TIME_BYTES: usize = 14;

/// An entry of `PutEvents`.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The id in the detail.
    pub(crate) id: String,
    pub(crate) detail_type: String,
    /// Time of the reported state.
    pub(crate) time: Timestamp,
    /// A JSON object, as in docs/reference/events.
    pub(crate) detail: String,
}

impl Entry {
    pub(crate) fn new(
        id: &str,
        detail_type: String,
        time: Timestamp,
        detail: &impl Serialize,
    ) -> Self {
        Self {
            id: id.to_owned(),
            detail_type,
            time,
            // Serialization of our own structs, and of bodies that were JSON before, cannot fail.
            detail: serde_json::to_string(detail).unwrap_or_default(),
        }
    }

    /// Returns the size of the entry in bytes, as EventBridge counts it.
    ///
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html>
    pub(crate) fn size(&self) -> usize {
        TIME_BYTES + SOURCE.len() + self.detail_type.len() + self.detail.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_for_all_its_text() {
        let entry = Entry::new("1", "é".to_owned(), Timestamp::UNIX_EPOCH, &"é");

        assert_eq!(entry.size(), 14 + "pluggy-lambda".len() + 2 + 4);
    }
}
