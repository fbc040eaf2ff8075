//! Failures of a request and their problem responses.

use runtime::problem::{Problem, SHORT_WAIT};

use client::chain;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no caller")]
    Unauthenticated,
    #[error("bad request")]
    Invalid(Problem),
    #[error("the hint is not stored")]
    Store(#[source] store::Error),
    #[error("no answer in time")]
    TooSlow,
}

impl Error {
    /// Logs a failure of ours. The EMF record of the invocation covers mistakes of the caller.
    pub(crate) fn log(self) -> Self {
        match &self {
            Self::Unauthenticated | Self::Invalid(_) => {}
            Self::Store(_) | Self::TooSlow => {
                tracing::error!(error = chain(&self), "connect event not taken");
            }
        }
        self
    }

    pub(crate) fn into_problem(self, request_id: String) -> Problem {
        match self {
            Self::Unauthenticated => Problem::unauthenticated(),
            Self::Invalid(problem) => problem,
            Self::Store(_) | Self::TooSlow => Problem::unavailable(request_id, SHORT_WAIT),
        }
    }
}
