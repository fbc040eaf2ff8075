//! Errors of a request to the API. Each error is logged once and becomes a problem document.

use std::error::Error;

use client::chain;
use lambda_http::{Body, Request, Response};

use crate::problem::{Problem, request_id};

/// The template's parameter with the name of the claim that identifies the user.
const OWNER_CLAIM: &str = "OwnerClaim";

/// A request that gets a problem document in place of its result.
///
/// A function returns the [`Problem`] of a caller's mistake and the errors of the Pluggy client with `?`. It
/// converts the errors of a table with [`RequestError::ours`].
#[derive(Debug)]
pub enum RequestError {
    /// A mistake of the caller.
    Caller(Problem),
    /// A call to Pluggy without a usable response.
    Pluggy(client::Error),
    /// A refusal by Pluggy that the caller learns of.
    RefusedByPluggy {
        /// The response to the caller.
        problem: Box<Problem>,
        /// Pluggy's response.
        error: client::Error,
        /// Whether waiting does not help, and a person must act.
        needs_a_person: bool,
    },
    /// A refusal because the claim that identifies the user has a value that names a person. Somebody must correct the
    /// setting. The text is for the log, without anything of the request.
    PersonalClaim(&'static str),
    /// A failure of ours.
    Ours {
        /// Whether a retry may succeed.
        is_temporary: bool,
        /// Text for the log.
        cause: Box<str>,
    },
}

impl RequestError {
    /// Converts an error of ours, such as one of a table.
    pub fn ours<E: Error>(is_temporary: impl Fn(&E) -> bool) -> impl Fn(E) -> Self {
        move |error| Self::Ours {
            is_temporary: is_temporary(&error),
            cause: chain(&error).into(),
        }
    }

    /// Returns the error of a request that took too long.
    pub fn too_slow() -> Self {
        Self::Ours {
            is_temporary: true,
            cause: "no answer in time".into(),
        }
    }

    /// Returns the error of a response that cannot be written. This is a bug.
    pub fn unserializable() -> Self {
        Self::Ours {
            is_temporary: false,
            cause: "the answer cannot be written".into(),
        }
    }

    /// Logs the error and returns the response to the request.
    pub fn into_response(self, request: &Request) -> Response<Body> {
        self.log();
        self.into_problem(request).into_response()
    }

    /// Logs mistakes of the caller at `info`, refusals by Pluggy at `warn`, and what a person must examine at
    /// `error`.
    fn log(&self) {
        match self {
            Self::Caller(problem) => {
                tracing::info!(reason = problem.title(), "request refused");
            }
            Self::RefusedByPluggy {
                error,
                needs_a_person: false,
                ..
            } => {
                tracing::warn!(
                    error = chain(error),
                    pluggy.error_id = error.id(),
                    "request refused by pluggy"
                );
            }
            Self::Pluggy(error) | Self::RefusedByPluggy { error, .. } => {
                tracing::error!(error = chain(error), "request failed");
            }
            Self::PersonalClaim(reason) => {
                tracing::error!(
                    setting = OWNER_CLAIM,
                    reason,
                    "request refused for a wrong setting"
                );
            }
            Self::Ours { cause, .. } => {
                tracing::error!(error = &**cause, "request failed");
            }
        }
    }

    fn into_problem(self, request: &Request) -> Problem {
        match self {
            Self::Caller(problem) => problem,
            Self::RefusedByPluggy { problem, .. } => *problem,
            Self::PersonalClaim(_) => Problem::forbidden(),
            Self::Pluggy(error) => Problem::of_pluggy(&error, request_id(request)),
            Self::Ours { is_temporary, .. } => {
                Problem::of_failure(is_temporary, request_id(request))
            }
        }
    }
}

impl From<Problem> for RequestError {
    fn from(problem: Problem) -> Self {
        Self::Caller(problem)
    }
}

impl From<client::Error> for RequestError {
    fn from(error: client::Error) -> Self {
        Self::Pluggy(error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Checks the status of the response, and the only line of the log without its time.
    fn check(error: RequestError, status: u16, line: &str) {
        let buffer = Buffer::default();
        let written = buffer.clone();
        let subscriber = tracing_subscriber::fmt()
            .without_time()
            .with_target(false)
            .with_ansi(false)
            .with_writer(move || buffer.clone())
            .finish();

        let response = tracing::subscriber::with_default(subscriber, || {
            error.into_response(&Request::default())
        });

        let written = written.0.lock().unwrap();
        assert_eq!(String::from_utf8_lossy(&written).trim(), line);
        assert_eq!(response.status(), status, "{line}");
    }

    fn rejected() -> client::Error {
        client::Error::Rejected {
            status: 409,
            code: Some("ITEM_IS_ALREADY_UPDATING".to_owned()),
            error_id: Some("e1".to_owned()),
        }
    }

    #[test]
    fn a_mistake_of_the_caller_is_logged_without_a_word_of_the_caller() {
        let problem = Problem::invalid_field("maria", "There is no such field.");

        let line = r#"INFO request refused reason="A field is not valid""#;
        check(problem.into(), 400, line);
    }

    #[test]
    fn a_failed_call_to_pluggy_is_logged_with_its_cause() {
        let line = "ERROR request failed error=\"pluggy rejects the request \
                    (status 409, code Some(\\\"ITEM_IS_ALREADY_UPDATING\\\"))\"";

        check(rejected().into(), 502, line);
    }

    #[test]
    fn a_refusal_by_pluggy_is_an_error_only_where_a_person_must_act() {
        let refused = |needs_a_person| RequestError::RefusedByPluggy {
            problem: Box::new(Problem::disconnect_refused(None)),
            error: rejected(),
            needs_a_person,
        };

        let cause = "error=\"pluggy rejects the request \
                     (status 409, code Some(\\\"ITEM_IS_ALREADY_UPDATING\\\"))\"";
        let line = format!("WARN request refused by pluggy {cause} pluggy.error_id=\"e1\"");
        check(refused(false), 409, &line);
        check(refused(true), 409, &format!("ERROR request failed {cause}"));
    }

    #[test]
    fn a_personal_claim_is_logged_with_the_setting_to_correct() {
        let error = RequestError::PersonalClaim("the value is a CPF");

        let line = "ERROR request refused for a wrong setting setting=\"OwnerClaim\" \
                    reason=\"the value is a CPF\"";
        check(error, 403, line);
    }

    #[test]
    fn a_failure_of_ours_may_pass_or_not() {
        let of = |is_temporary| RequestError::ours(move |_| is_temporary)(std::fmt::Error);

        let line = format!("ERROR request failed error=\"{}\"", std::fmt::Error);
        check(of(true), 503, &line);
        check(of(false), 500, &line);
    }

    #[test]
    fn a_request_that_takes_too_long_may_be_repeated() {
        let line = r#"ERROR request failed error="no answer in time""#;

        check(RequestError::too_slow(), 503, line);
    }

    #[test]
    fn a_response_that_cannot_be_written_is_a_bug() {
        let line = r#"ERROR request failed error="the answer cannot be written""#;

        check(RequestError::unserializable(), 500, line);
    }
}
