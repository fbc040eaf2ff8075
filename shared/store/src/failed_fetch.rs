//! Why a read at Pluggy failed, as it is kept beside an item's schedule.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Both parts come from outside, and a row must fit whatever comes.
const MAX_CHARACTERS: usize = 200;

/// Why a read at Pluggy failed. Nothing personal: machine codes and ids only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedFetch {
    /// Our clock when the request was sent.
    pub at: Timestamp,
    /// What [`client::Error`] says, with Pluggy's status and code.
    pub reason: String,
    /// Pluggy's id of the error, to quote to its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_id: Option<String>,
}

impl FailedFetch {
    /// The failure of a request that was sent at `at`.
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
