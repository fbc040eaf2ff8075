//! item-status
