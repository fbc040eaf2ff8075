//! How a request can go without an answer.

/// A request that got no answer. Holds no address: ids in it need not be in every log line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such request.
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    /// No connection: the request was not sent.
    #[error("no connection")]
    Connect(#[source] hyper_util::client::legacy::Error),
    /// The connection was lost before the answer was whole.
    #[error("the connection was lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No whole answer in time.
    #[error("no answer in time")]
    TimedOut,
}

impl From<hyper_util::client::legacy::Error> for Error {
    fn from(error: hyper_util::client::legacy::Error) -> Self {
        if error.is_connect() {
            Self::Connect(error)
        } else {
            Self::Lost(error.into())
        }
    }
}
