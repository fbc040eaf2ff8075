//! Placeholders: rows of items of which no fetch has succeeded.

use super::{PendingSignal, StoredItem};

impl StoredItem {
    /// Whether it is a placeholder of an item that Pluggy reports as deleted. Such an item is no connection in
    /// progress, although no fetch has confirmed the deletion yet.
    pub fn is_deleted_placeholder(&self) -> bool {
        self.deleted_at.is_none()
            && self.snapshot.is_none()
            && self.schedule.pending_signal == Some(PendingSignal::Deletion)
    }
}
