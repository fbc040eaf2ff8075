//! The list of an account's transactions.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::entries;
use super::{InvalidCursor, Transaction, cursor, tolerant};

/// One page of `GET /v2/transactions`. A page without a list is unreadable and not empty, because bookkeeping
/// must not miss transactions silently. For the same reason, check [`TransactionPage::unreadable`].
///
/// ```
/// use pluggy::TransactionPage;
///
/// let page: TransactionPage = pluggy::parse(br#"{"results":[],"next":"?accountId=x&after=abc%3D"}"#)?;
/// assert_eq!(page.next.unwrap().as_str(), "abc=");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/transactions-list-by-cursor>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ReceivedPage")]
pub struct TransactionPage {
    /// The readable entries of this page.
    pub results: Vec<Transaction>,
    /// Number of entries that cannot be read, because they have no usable id.
    pub unreadable: usize,
    /// Cursor of the next page; none if this is the last.
    pub next: Option<TransactionCursor>,
}

/// A page before its entries are read.
#[derive(Deserialize)]
struct ReceivedPage {
    #[serde(default, deserialize_with = "tolerant::raw_list")]
    results: Option<Vec<Box<RawValue>>>,
    #[serde(default, deserialize_with = "cursor::of_next")]
    next: Option<TransactionCursor>,
}

/// A page without a list.
#[derive(Debug, thiserror::Error)]
#[error("not a page of transactions")]
struct NoList;

impl TryFrom<ReceivedPage> for TransactionPage {
    type Error = NoList;

    fn try_from(received: ReceivedPage) -> Result<Self, NoList> {
        let (results, unreadable) = entries(received.results.ok_or(NoList)?);
        Ok(Self {
            results,
            unreadable,
            next: received.next,
        })
    }
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
    fn an_entry_that_cannot_be_read_is_counted_and_does_not_hide_the_others() {
        let body = br#"{"results":[{"id":"no id"},null,
            {"id":"bbbb6c5d-0000-4000-8000-000000000004","amount":90071992547409931.10}]}"#;

        let page: TransactionPage = crate::parse(body).unwrap();

        assert_eq!((page.results.len(), page.unreadable), (1, 2));
        let amount = page.results[0].amount.as_ref().unwrap();
        assert_eq!(amount.as_str(), "90071992547409931.10");
    }

    #[test]
    fn a_page_that_would_seem_to_be_the_end_is_no_page() {
        for json in [
            r#"{"next":null}"#,
            r#"{"results":null,"next":null}"#,
            r#"{"results":{},"next":null}"#,
            r#"{"results":[],"next":"?page=2"}"#,
            r#"{"results":[],"next":7}"#,
            r#"{"results":[],"next":"?after=\ud83d"}"#,
        ] {
            assert!(
                crate::parse::<TransactionPage>(json.as_bytes()).is_err(),
                "{json}"
            );
        }
    }
}
