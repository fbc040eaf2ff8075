//! Error responses as problem documents (RFC 9457). No other module creates them.

use std::time::Duration;

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, RequestExt as _, Response};
use serde::Serialize;

/// `Retry-After` for a temporary failure, such as a lost connection.
pub const SHORT_WAIT: Duration = Duration::from_secs(5);
/// `Retry-After` for a failure that needs a person or more time.
pub const LONG_WAIT: Duration = Duration::from_mins(1);

/// An error response. Its texts are our own: it contains no text from Pluggy, serde or the SDK.
///
/// Source: RFC 9457, <https://www.rfc-editor.org/rfc/rfc9457>.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Box<str>>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<Box<str>>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl Problem {
    /// Returns a 400: a field of the request is invalid. `detail` is a whole sentence.
    pub fn invalid_field(field: impl Into<Box<str>>, detail: impl Into<Box<str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            field: Some(field.into()),
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "urn:pluggy-lambda:problem:invalid-field",
                "A field is not valid",
            )
        }
    }

    /// Returns a 400: the body is invalid. `detail` is a whole sentence.
    pub fn invalid_body(detail: impl Into<Box<str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "urn:pluggy-lambda:problem:invalid-body",
                "The body is not valid",
            )
        }
    }

    /// Returns a 401: the request does not identify the caller.
    pub fn unauthenticated() -> Self {
        Self::of_status(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// Returns a 403: the caller is known, and may not make this request.
    pub fn forbidden() -> Self {
        Self::of_status(StatusCode::FORBIDDEN, "Forbidden")
    }

    /// Returns a 403: the user was erased, and cannot connect anything until the marker of the erasure is gone.
    pub fn user_erased() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "urn:pluggy-lambda:problem:user-erased",
            "The data of this user was erased",
        )
    }

    /// Returns a 404: the item does not exist, or belongs to another user. The response does not reveal
    /// which.
    pub fn item_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "urn:pluggy-lambda:problem:item-not-found",
            "Item not found",
        )
    }

    /// Returns a 404: the resource does not exist.
    pub fn no_such_resource() -> Self {
        Self::of_status(StatusCode::NOT_FOUND, "Not Found")
    }

    /// Returns a 405: the method is not supported here.
    pub fn method_not_allowed() -> Self {
        Self::of_status(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    /// Returns a 409: Pluggy does not delete the item. The problem contains Pluggy's `code` if it looks like
    /// a code, and no other text of Pluggy.
    pub fn disconnect_refused(code: Option<&str>) -> Self {
        Self {
            code: code.filter(|code| is_machine_code(code)).map(Box::from),
            ..Self::new(
                StatusCode::CONFLICT,
                "urn:pluggy-lambda:problem:disconnect-refused",
                "The item cannot be disconnected now",
            )
        }
    }

    /// Returns a 409: the item was never fetched, so nobody is proven to own it. A retry succeeds after its first
    /// fetch.
    pub fn item_not_fetched() -> Self {
        Self {
            retry_after: Some(SHORT_WAIT),
            ..Self::new(
                StatusCode::CONFLICT,
                "urn:pluggy-lambda:problem:item-not-fetched",
                "The item has not been fetched yet",
            )
        }
    }

    /// Returns a 409: Pluggy does not update the item, so the user must create a new connection.
    pub fn item_not_updatable() -> Self {
        Self {
            detail: Some("Ask for a token without itemId, for a new connection.".into()),
            ..Self::new(
                StatusCode::CONFLICT,
                "urn:pluggy-lambda:problem:item-not-updatable",
                "The item cannot be updated",
            )
        }
    }

    /// Returns a 429: the user has reached a limit of this API. It passes after `retry_after`.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self {
            detail: Some(
                "The limit of this user is reached. Retry-After says when it ends.".into(),
            ),
            retry_after: Some(retry_after),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "urn:pluggy-lambda:problem:user-limit-reached",
                "Too many requests of this user",
            )
        }
    }

    /// Returns a 500: a bug or misconfiguration of ours. The log has the reason under the request id.
    pub fn internal(request_id: String) -> Self {
        Self {
            request_id: Some(request_id.into()),
            ..Self::of_status(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }

    /// Returns a 502: Pluggy's response cannot be used.
    pub fn bad_gateway(request_id: String, retry_after: Duration) -> Self {
        Self {
            request_id: Some(request_id.into()),
            retry_after: Some(retry_after),
            ..Self::of_status(StatusCode::BAD_GATEWAY, "Bad Gateway")
        }
    }

    /// Returns a 503: a retry may succeed.
    pub fn unavailable(request_id: String, retry_after: Duration) -> Self {
        Self {
            request_id: Some(request_id.into()),
            retry_after: Some(retry_after),
            ..Self::of_status(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }

    /// Returns the problem for a failure of ours: 503 if a retry may succeed, else 500.
    pub fn of_failure(is_temporary: bool, request_id: String) -> Self {
        if is_temporary {
            Self::unavailable(request_id, SHORT_WAIT)
        } else {
            Self::internal(request_id)
        }
    }

    /// Returns the problem for a failed call to Pluggy: 503 if waiting helps, else 502.
    pub fn of_pluggy(error: &client::Error, request_id: String) -> Self {
        match error {
            client::Error::RateLimited { retry_after } => {
                Self::unavailable(request_id, *retry_after)
            }
            client::Error::Unavailable { .. } | client::Error::KeyStore(_) => {
                Self::unavailable(request_id, SHORT_WAIT)
            }
            client::Error::CredentialsRefused { .. }
            | client::Error::OtherApplication
            | client::Error::KeyRefused
            | client::Error::Credentials(_) => Self::unavailable(request_id, LONG_WAIT),
            client::Error::Rejected { .. } | client::Error::Unreadable(_) => {
                Self::bad_gateway(request_id, LONG_WAIT)
            }
        }
    }

    /// Returns the title, which names the kind of problem and nothing of the request.
    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    /// Returns the HTTP response.
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(serde_json::to_vec(&self).unwrap_or_default()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
        }
        response
    }

    fn of_status(status: StatusCode, title: &'static str) -> Self {
        Self::new(status, "about:blank", title)
    }

    fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: None,
            field: None,
            code: None,
            request_id: None,
            retry_after: None,
        }
    }
}

/// Returns the id under which Lambda logs this request, for responses that refer to the log.
pub fn request_id(request: &Request) -> String {
    request
        .lambda_context_ref()
        .map(|context| context.request_id.clone())
        .unwrap_or_default()
}

/// Returns the number of seconds, rounded up, so that a retry after them does not come too early. It is at least 1.
fn whole_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

/// Whether the text is a machine code, such as `ITEM_IS_ALREADY_UPDATING`, and cannot be a sentence.
fn is_machine_code(text: &str) -> bool {
    const MAX_BYTES: usize = 64;
    (1..=MAX_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_document_of_its_own_media_type() {
        let response = Problem::invalid_field("itemId", "itemId must be a UUID.").into_response();

        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["field"], "itemId");
        assert_eq!(body["status"], 400);
    }

    #[test]
    fn only_a_machine_code_of_pluggy_is_included() {
        let code_of =
            |code| serde_json::to_value(Problem::disconnect_refused(code)).unwrap()["code"].clone();

        let longest = "A".repeat(64);
        for code in ["ITEM_IS_ALREADY_UPDATING", "E_001", &longest] {
            assert_eq!(code_of(Some(code)), code);
        }
        let too_long = "A".repeat(65);
        for code in ["", "Maria", "A B", "É", "A\n", &too_long] {
            assert_eq!(code_of(Some(code)), serde_json::Value::Null, "{code}");
        }
        assert_eq!(code_of(None), serde_json::Value::Null);
    }

    #[test]
    fn a_part_of_a_second_is_rounded_up() {
        for (wait, expected) in [
            (0, "1"),
            (1, "1"),
            (1000, "1"),
            (1001, "2"),
            (599_999, "600"),
        ] {
            let wait = Duration::from_millis(wait);

            let response = Problem::too_many_requests(wait).into_response();

            assert_eq!(response.headers()[RETRY_AFTER], expected, "{wait:?}");
        }
    }
}
