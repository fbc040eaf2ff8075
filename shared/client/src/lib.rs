//! HTTPS, and a client for a backend's calls to Pluggy's API.
//!
//! Callers provide the application's credentials and the shared API key by the traits [`CredentialsSource`]
//! and [`KeyStore`].

mod api;
mod api_keys;
mod base_url;
mod call;
mod client;
pub mod delivery;
mod error;
mod failed_response;
pub mod https;
mod token_expiry;

use std::time::Duration;

pub use api::Api;
pub use api_keys::{
    ApiKeys, BoxError, BoxFuture, Credentials, CredentialsSource, KeyStore, StoredApiKey,
};
pub use base_url::BaseUrl;
pub use client::Client;
pub use error::{Error, Unreadable, chain};
pub use token_expiry::expiry;

/// Time limit for opening a connection during init. If the server is slower, the first request waits for it.
pub const OPENING_BUDGET: Duration = Duration::from_secs(1);
