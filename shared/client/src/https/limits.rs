//! Time limits of connections.

use std::time::Duration;

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
