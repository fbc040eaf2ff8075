//! connect_token
