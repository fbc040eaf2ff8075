//! item_status
