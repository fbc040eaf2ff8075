//! Errors of a request without a response.

/// A request without a response. It holds no URL, because a URL may contain ids.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is invalid.
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    /// No connection: the request was not sent.
    #[error("no connection")]
    Connect(#[source] hyper_util::client::legacy::Error),
    /// The connection was lost before the response was complete.
    #[error("the connection was lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The time limit passed before the response was complete.
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
