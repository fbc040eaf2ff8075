//! Failures of a request and their problem responses.

use client::chain;
use runtime::problem::{Problem, SHORT_WAIT};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no caller")]
    Unauthenticated,
    #[error("bad request")]
    Invalid(Problem),
    #[error("no such item, or not the caller's")]
    ItemNotFound,
    #[error("pluggy does not update the item")]
    NotUpdatable,
    #[error("pluggy gave no connect token")]
    Pluggy(#[source] client::Error),
    #[error("the item's owner cannot be read")]
    Store(#[source] store::Error),
    #[error("no answer in time")]
    TooSlow,
    #[error("the answer cannot be written")]
    Unserializable,
}

impl Error {
    /// Logs the failure once: mistakes of the caller at `info`, failures of ours or of Pluggy at `error`.
    pub(crate) fn log(self) -> Self {
        match &self {
            Self::Unauthenticated | Self::Invalid(_) | Self::ItemNotFound | Self::NotUpdatable => {
                tracing::info!(reason = %self, "connect token refused");
            }
            Self::Pluggy(_) | Self::Store(_) | Self::TooSlow | Self::Unserializable => {
                tracing::error!(error = chain(&self), "connect token not issued");
            }
        }
        self
    }

    pub(crate) fn into_problem(self, request_id: String) -> Problem {
        match self {
            Self::Unauthenticated => Problem::unauthenticated(),
            Self::Invalid(problem) => problem,
            Self::ItemNotFound => Problem::item_not_found(),
            Self::NotUpdatable => Problem::item_not_updatable(),
            Self::Pluggy(error) => Problem::of_pluggy(&error, request_id),
            Self::Store(error) => Problem::of_failure(error.is_temporary(), request_id),
            Self::TooSlow => Problem::unavailable(request_id, SHORT_WAIT),
            Self::Unserializable => Problem::internal(request_id),
        }
    }
}
