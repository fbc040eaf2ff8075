//! How long to wait for another machine.

use std::time::Duration;

/// When a connection counts as broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up, TCP and TLS end within this time.
    pub connect: Duration,
    /// What was sent is acknowledged within this time by the other side's network stack, however
    /// slow the answer itself is. Retransmissions make it some 400 ms more.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc5482>
    pub acknowledge: Duration,
}
