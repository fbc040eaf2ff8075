//! Responses of Pluggy to a fetch.

use jiff::Timestamp;

/// Pluggy's response to the fetch of an item or connector.
#[derive(Debug)]
pub(crate) enum Response<T> {
    /// Pluggy has it.
    Found(T),
    /// Pluggy does not have it.
    NotFound,
    /// The call failed.
    Failed(client::Error),
    /// Pluggy did not say: the batch had no time or calls left, or Pluggy limits our calls. It is fetched at this time.
    Deferred(Timestamp),
    /// The call alone kept its batch waiting, and was cut. It is made again at this time.
    Cut(Timestamp),
}

impl<T> From<Result<Option<T>, client::Error>> for Response<T> {
    fn from(result: Result<Option<T>, client::Error>) -> Self {
        match result {
            Ok(Some(found)) => Self::Found(found),
            Ok(None) => Self::NotFound,
            Err(error) => Self::Failed(error),
        }
    }
}
