//! connect-token
