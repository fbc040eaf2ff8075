//! HTTPS for all outgoing requests: one TLS stack for the AWS SDK and for Pluggy, compiled-in roots,
//! HTTP/1.1, and connections that can be opened before their first request.

mod address;
mod client;
mod connector;
mod error;
mod limits;
mod opened;
mod trust;

pub use address::{InvalidUrl, secure_url};
pub use client::{Body, Client};
pub use error::Error;
pub use limits::Limits;
pub use trust::{BundleError, SetUpError, Trust};
