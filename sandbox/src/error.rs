use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// An error in the form of Pluggy's responses.
#[derive(Debug)]
pub(crate) struct Error {
    status: StatusCode,
    body: Box<Body>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_description: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Vec<ParameterError>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Uuid>>,
}

/// The error for one refused parameter.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ParameterError {
    code: &'static str,
    message: String,
    parameter: String,
}

impl ParameterError {
    pub(crate) fn new(parameter: &str, message: impl Into<String>) -> Self {
        Self {
            code: "001",
            message: message.into(),
            parameter: parameter.to_owned(),
        }
    }
}

impl Error {
    /// Returns an error without `codeDescription`.
    pub(crate) fn plain(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Box::new(Body {
                code: Some(status.as_u16()),
                code_description: None,
                message: message.into(),
                data: None,
                details: None,
                items: None,
            }),
        }
    }

    pub(crate) fn described(
        status: StatusCode,
        code_description: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let mut error = Self::plain(status, message);
        error.body.code_description = Some(code_description);
        error
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::plain(StatusCode::BAD_REQUEST, message)
    }

    /// Returns the error of every endpoint except `/auth` for a missing, expired or wrong credential.
    pub(crate) fn not_authenticated() -> Self {
        Self::plain(
            StatusCode::FORBIDDEN,
            "Missing or invalid authorization token",
        )
    }

    pub(crate) fn invalid_parameters(details: Vec<ParameterError>) -> Self {
        let mut error = Self::described(
            StatusCode::BAD_REQUEST,
            "CONNECTOR_VALIDATION_ERROR",
            "The parameters are not valid for the connector",
        );
        error.body.details = Some(details);
        error
    }

    /// Returns the one error whose body has no `code`.
    pub(crate) fn duplicate_of(items: Vec<Uuid>) -> Self {
        let mut error = Self::described(
            StatusCode::BAD_REQUEST,
            "ITEM_USER_ALREADY_EXISTS",
            "An item with these credentials exists already",
        );
        error.body.code = None;
        error.body.items = Some(items);
        error
    }

    pub(crate) fn item_not_found() -> Self {
        Self::described(StatusCode::NOT_FOUND, "ITEM_NOT_FOUND", "item not found")
    }

    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.body.data = Some(data);
        self
    }
}

impl From<jsonwebtoken::errors::Error> for Error {
    fn from(_: jsonwebtoken::errors::Error) -> Self {
        Self::described(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            "The token could not be signed",
        )
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
