//! AWS's JSON protocols, as the fakes implement them.
//!
//! Source: <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The version of the protocol that a service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AwsJson {
    /// Version 1.0, as in SQS.
    V1_0,
    /// Version 1.1, as in EventBridge and Secrets Manager.
    V1_1,
}

impl AwsJson {
    pub(crate) fn answer(self, answer: &Value) -> Response {
        self.respond(StatusCode::OK, answer)
    }

    /// Returns the error response for a bad request.
    pub(crate) fn refusal(self, kind: &str, message: &str) -> Response {
        let answer = json!({ "__type": kind, "message": message });
        self.respond(StatusCode::BAD_REQUEST, &answer)
    }

    pub(crate) fn unknown_operation(self) -> Response {
        self.refusal("UnknownOperationException", "There is no such operation.")
    }

    fn respond(self, status: StatusCode, answer: &Value) -> Response {
        let content_type = match self {
            Self::V1_0 => "application/x-amz-json-1.0",
            Self::V1_1 => "application/x-amz-json-1.1",
        };
        let headers = [("Content-Type", content_type)];
        (status, headers, answer.to_string()).into_response()
    }
}

/// Returns the requested operation, such as `AWSEvents.PutEvents`.
pub(crate) fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}
