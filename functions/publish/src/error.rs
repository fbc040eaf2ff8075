//! Why nothing was done.

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What a stream sent is not of the form that it has.
    #[error("the batch cannot be read")]
    UnreadableBatch,
    /// The rows cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The bus takes nothing, or the queue; the log says why.
    #[error("the bus, or the queue, does not take what is published; the log tells more")]
    NotTaken,
    /// The first page alone takes longer than there is time.
    #[error("the time is over")]
    OutOfTime,
}
