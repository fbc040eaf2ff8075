//! HTTPS for all outgoing requests: one TLS stack for the AWS SDK and for Pluggy, compiled-in roots,
//! HTTP/1.1, and connections that can be opened before their first request.

mod address;
mod client;
mod connector;
mod error;
mod opened;
mod trust;

use std::time::Duration;

pub use address::{InvalidUrl, secure_url};
pub use client::{Body, Client, MAX_BODY_BYTES, TooLong};
pub use error::Error;
pub use trust::{BundleError, SetUpError, Trust};

/// Time limits after which a connection counts as broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Limit for name resolution, TCP and TLS.
    pub connect: Duration,
    /// Limit for the acknowledgement of sent data by the other network stack, independent of the response
    /// time. Retransmissions add about 400 ms.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc5482>
    pub acknowledge: Duration,
}
