//! The list of an account's transactions.

use serde::Deserialize;

use super::{InvalidCursor, Transaction, cursor};

/// One page of `GET /v2/transactions`. An unreadable entry makes the page unreadable, because bookkeeping must
/// not miss a transaction silently.
///
/// ```
/// use pluggy::TransactionPage;
///
/// let page: TransactionPage =
///     serde_json::from_str(r#"{"results":[],"next":"?accountId=x&after=abc%3D"}"#)?;
/// assert_eq!(page.next.unwrap().as_str(), "abc=");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/transactions-list-by-cursor>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TransactionPage {
    /// The entries of this page.
    pub results: Vec<Transaction>,
    /// Cursor of the next page; none if this is the last.
    #[serde(default, deserialize_with = "cursor::of_next")]
    pub next: Option<TransactionCursor>,
}

/// Cursor of a page of transactions. It is opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionCursor(String);

impl TransactionCursor {
    /// Returns the cursor as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TransactionCursor {
    type Error = InvalidCursor;

    fn try_from(text: String) -> Result<Self, InvalidCursor> {
        cursor::checked(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_an_entry_that_cannot_be_read_is_no_page() {
        for json in [
            r#"{"results":[{"id":"no id"}],"next":null}"#,
            r#"{"next":null}"#,
            r#"{"results":[],"next":"?page=2"}"#,
        ] {
            assert!(
                serde_json::from_str::<TransactionPage>(json).is_err(),
                "{json}"
            );
        }
    }
}
