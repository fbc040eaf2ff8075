//! Failures of a request and their problem responses.

use client::chain;
use lambda_http::http::StatusCode;
use runtime::problem::{Problem, SHORT_WAIT};

/// Statuses with which Pluggy refuses to delete the item: not this item, not now, or not for this
/// application.
const REFUSALS: [StatusCode; 4] = [
    StatusCode::BAD_REQUEST,
    StatusCode::FORBIDDEN,
    StatusCode::CONFLICT,
    StatusCode::UNPROCESSABLE_ENTITY,
];

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
    #[error("pluggy did not delete the item")]
    Pluggy(#[source] client::Error),
    #[error("the tables cannot be used")]
    Store(#[source] store::Error),
    #[error("no answer in time")]
    TooSlow,
}

impl Error {
    /// Logs the failure once: mistakes of the caller at `info`, refusals by Pluggy at `warn`, everything else
    /// at `error`.
    pub(crate) fn log(self) -> Self {
        match &self {
            Self::Unauthenticated
            | Self::Invalid(_)
            | Self::ItemNotFound
            | Self::NoSuchResource => {
                tracing::info!(reason = %self, "disconnect refused");
            }
            Self::Pluggy(error) if refusal(error).is_some_and(|refusal| !refusal.is_standing) => {
                tracing::warn!(
                    error = chain(&self),
                    pluggy.error_id = error.id(),
                    "disconnect refused by pluggy"
                );
            }
            Self::Pluggy(_) | Self::Store(_) | Self::TooSlow => {
                tracing::error!(error = chain(&self), "item not disconnected");
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
            Self::Pluggy(error) => match refusal(&error) {
                Some(DeletionRefusal { code, .. }) => Problem::disconnect_refused(code),
                None => Problem::of_pluggy(&error, request_id),
            },
            Self::Store(error) => Problem::of_failure(error.is_temporary(), request_id),
            Self::TooSlow => Problem::unavailable(request_id, SHORT_WAIT),
        }
    }
}

/// Pluggy's refusal to delete an item.
struct DeletionRefusal<'a> {
    code: Option<&'a str>,
    /// Whether the application lacks the permission, independent of the item and the moment.
    is_standing: bool,
}

/// Returns the refusal if the status is one. Any other status is a problem of the call and needs a person.
fn refusal(error: &client::Error) -> Option<DeletionRefusal<'_>> {
    match error {
        client::Error::Rejected { status, code, .. }
            if REFUSALS.iter().any(|refusal| refusal == status) =>
        {
            Some(DeletionRefusal {
                code: code.as_deref(),
                is_standing: StatusCode::FORBIDDEN == *status,
            })
        }
        _ => None,
    }
}
