//! Items that only frontends name, and how many of them one batch fetches.

use store::StoredItem;

use crate::group::Signals;

/// Maximum number of unknown items per batch. Made-up ids must not use up the calls for other items.
const MAX_UNKNOWN_ITEMS: u32 = 5;

/// Returns whether only frontends name this item. Nothing is stored for it: its owner could not be verified
/// later, and forged ids could fill the table.
pub(crate) fn is_unknown_item(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    stored.is_none() && signals.are_hints_alone()
}

/// Number of unknown items in one batch.
#[derive(Debug, Default)]
pub(crate) struct UnknownItems(u32);

impl UnknownItems {
    /// Counts one more, and returns whether it may be fetched.
    pub(crate) fn allow_one_more(&mut self) -> bool {
        self.0 += 1;
        self.0 <= MAX_UNKNOWN_ITEMS
    }
}
