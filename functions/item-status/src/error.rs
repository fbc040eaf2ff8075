//! Failures of a request and their problem responses.

use runtime::problem::{Problem, SHORT_WAIT};

use client::chain;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no caller")]
    Unauthenticated,
    #[error("bad request")]
    Invalid(Problem),
    #[error("no such item, or not the caller's")]
    ItemNotFound,
    #[error("no such resource")]
    NoSuchResource,
    #[error("the items cannot be read")]
    Store(#[source] store::Error),
    #[error("no answer in time")]
    TooSlow,
    #[error("the answer cannot be written")]
    Unserializable,
}

impl Error {
    pub(crate) fn invalid(field: &str, detail: &str) -> Self {
        Self::Invalid(Problem::invalid_field(field, detail))
    }

    /// Logs the failure once: mistakes of the caller at `info`, failures of ours at `error`.
    pub(crate) fn log(self) -> Self {
        match &self {
            Self::Unauthenticated
            | Self::Invalid(_)
            | Self::ItemNotFound
            | Self::NoSuchResource => {
                tracing::info!(reason = %self, "item status refused");
            }
            Self::Store(_) | Self::TooSlow | Self::Unserializable => {
                tracing::error!(error = chain(&self), "item status not answered");
            }
        }
        self
    }

    pub(crate) fn into_problem(self, request_id: String) -> Problem {
        match self {
            Self::Unauthenticated => Problem::unauthenticated(),
            Self::Invalid(problem) => problem,
            Self::ItemNotFound => Problem::item_not_found(),
            Self::NoSuchResource => Problem::no_such_resource(),
            Self::Store(error) => Problem::of_failure(error.is_temporary(), request_id),
            Self::TooSlow => Problem::unavailable(request_id, SHORT_WAIT),
            Self::Unserializable => Problem::internal(request_id),
        }
    }
}
