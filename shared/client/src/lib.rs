//! HTTPS, and a client for the calls to Pluggy's API that a backend makes.
//!
//! Where the application's credentials and the shared API key are is left to the traits [`CredentialsSource`] and
//! [`KeyStore`].

mod api;
mod api_keys;
mod base_url;
mod call;
mod client;
mod error;
mod error_chain;
pub mod https;
mod jwt;
pub mod test_delivery;

use std::time::Duration;

pub use api::Api;
pub use api_keys::{
    ApiKeys, BoxError, BoxFuture, Credentials, CredentialsSource, KeyStore, StoredApiKey,
};
pub use base_url::BaseUrl;
pub use client::Client;
pub use error::Error;
pub use error_chain::chain;
pub use jwt::expiry;

/// Opening a connection ahead of its first request may take this long in init; where the server is slower, the request
/// itself waits for it.
pub const OPENING_BUDGET: Duration = Duration::from_secs(1);
