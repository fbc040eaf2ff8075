//! Failures of a command. Each one can be repeated.

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A table cannot be read or written, or the key of the digests is not available.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Pluggy refuses every call.
    #[error("pluggy refuses every call")]
    Pluggy(#[source] client::Error),
    /// An operator has lifted the marker in the meantime.
    #[error("the erasure was lifted")]
    Lifted,
    /// The bus does not take `user.erased`.
    #[error("the bus does not take the event: {0}")]
    Bus(String),
}
