//! Failures of a fetch, stored with an item's schedule.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Maximum length of a text. Both texts come from outside, and a row must not exceed its size limit.
const MAX_CHARACTERS: usize = 200;

/// Failure of a fetch. It holds machine codes and ids only, and nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedFetch {
    /// Our clock when the request was sent.
    pub at: Timestamp,
    /// The text of [`client::Error`], with Pluggy's status and code.
    pub reason: String,
    /// Pluggy's id of the error, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_id: Option<String>,
}

impl FailedFetch {
    /// Creates the failure of a request sent at `at`.
    pub fn new(at: Timestamp, error: &client::Error) -> Self {
        Self {
            at,
            reason: short(&error.to_string()),
            error_id: error.id().map(short),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pluggy_says_of_an_error_is_kept_short() {
        let error = client::Error::Rejected {
            status: 400,
            code: Some("SOMETHING".to_owned()),
            error_id: Some("é".repeat(10_000)),
        };

        let failed = FailedFetch::new(Timestamp::UNIX_EPOCH, &error);

        assert_eq!(
            failed.reason,
            r#"pluggy rejects the request (status 400, code Some("SOMETHING"))"#
        );
        assert_eq!(failed.error_id, Some("é".repeat(MAX_CHARACTERS)));
    }
}
