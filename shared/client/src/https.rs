//! HTTPS to everything that a function calls: one TLS stack for AWS's SDK and for Pluggy,
//! compiled-in roots, HTTP/1.1, connections that can be opened ahead of their first request.

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
