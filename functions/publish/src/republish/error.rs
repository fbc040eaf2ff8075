//! Failures of a republish.

/// Failure of a republish. The command can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rows cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The bus or the dead-letter queue accepts nothing, or the markers of erased users cannot be read. The log has the
    /// reason.
    #[error("the bus or the dead-letter queue accepts nothing; the log has the reason")]
    NotAccepted,
    /// The first page alone takes longer than the time limit.
    #[error("the time is over")]
    OutOfTime,
}
