//! item_sync
