//! item-sync
