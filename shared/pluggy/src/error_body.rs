//! The body of an error response.

use serde::Deserialize;

use super::{body_repair, tolerant};

/// An error body of Pluggy. The sources disagree on its fields, so all are optional. A field of an unexpected
/// type counts as absent, so that the code is always found.
///
/// ```
/// use pluggy::ErrorBody;
///
/// let body = ErrorBody::parse(br#"{"code":404,"message":"item not found","codeDescription":"ITEM_NOT_FOUND"}"#);
/// assert_eq!(body.code_description.as_deref(), Some("ITEM_NOT_FOUND"));
/// ```
///
/// Source: <https://docs.pluggy.ai/docs/errors-validations>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorBody {
    /// The HTTP status again.
    #[serde(deserialize_with = "tolerant::optional")]
    pub code: Option<u16>,
    /// For developers, in English.
    #[serde(deserialize_with = "tolerant::text")]
    pub message: Option<String>,
    /// Machine code.
    #[serde(deserialize_with = "tolerant::text")]
    pub code_description: Option<String>,
    /// Parameters that failed validation.
    #[serde(deserialize_with = "tolerant::list")]
    pub details: Option<Vec<ErrorDetail>>,
    /// The same as `details`, for older clients.
    #[serde(deserialize_with = "tolerant::list")]
    pub errors: Option<Vec<ErrorDetail>>,
    /// More data about the code. Its fields depend on the code.
    #[serde(deserialize_with = "tolerant::optional")]
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
    /// The items with the same credentials, on `ITEM_USER_ALREADY_EXISTS`.
    #[serde(deserialize_with = "tolerant::list")]
    pub items: Option<Vec<String>>,
    /// Id of the error, for Pluggy's support.
    #[serde(deserialize_with = "tolerant::text")]
    pub error_id: Option<String>,
}

/// One parameter that failed validation.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::text")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorDetail {
    /// Machine code, such as `001`.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The parameter.
    pub parameter: Option<String>,
}

impl ErrorBody {
    /// Parses an error body. A body that is not JSON counts as empty; the status alone then decides.
    pub fn parse(body: &[u8]) -> Self {
        body_repair::parse(body).unwrap_or_default()
    }
}
