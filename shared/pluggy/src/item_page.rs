//! List of an application's items. Not every contract includes it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::page::entries;
use super::{InvalidCursor, ItemId, cursor, tolerant};

/// One page of `GET /v2/items`, newest first.
///
/// ```
/// use pluggy::ItemPage;
///
/// let page: ItemPage = pluggy::parse(
///     br#"{"results":[{"id":"9a7b6c5d-0000-4000-8000-000000000001","status":"UPDATED"}],"next":"?after=abc"}"#,
/// )?;
/// assert_eq!((page.results.len(), page.next.unwrap().as_str()), (1, "abc"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/items-list>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "ReceivedPage")]
pub struct ItemPage {
    /// The readable entries of the page.
    pub results: Vec<ListedItem>,
    /// Number of entries that cannot be read, because they have no usable id.
    pub unreadable: usize,
    /// Cursor of the next page; none if this is the last.
    pub next: Option<ItemCursor>,
}

/// A page before its entries are read.
#[derive(Deserialize)]
struct ReceivedPage {
    #[serde(default, deserialize_with = "tolerant::raw_list")]
    results: Option<Vec<Box<RawValue>>>,
    #[serde(default, deserialize_with = "cursor::of_next")]
    next: Option<ItemCursor>,
}

impl From<ReceivedPage> for ItemPage {
    fn from(received: ReceivedPage) -> Self {
        let (results, unreadable) = entries(received.results.unwrap_or_default());
        Self {
            results,
            unreadable,
            next: received.next,
        }
    }
}

/// The fields of a listed item that show whether to fetch it. Its state comes from `GET /items/{id}` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedItem {
    /// The item.
    pub id: ItemId,
    /// When the record last changed.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub updated_at: Option<Timestamp>,
}

/// Cursor of a page of items. It is opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCursor(String);

impl ItemCursor {
    /// Returns the cursor as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ItemCursor {
    type Error = InvalidCursor;

    fn try_from(text: String) -> Result<Self, InvalidCursor> {
        cursor::checked(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn next(value: serde_json::Value) -> Result<Option<String>, serde_json::Error> {
        let page: ItemPage = serde_json::from_value(json!({"results": [], "next": value}))?;
        Ok(page.next.map(|cursor| cursor.as_str().to_owned()))
    }

    #[test]
    fn of_the_next_query_only_the_cursor_is_taken() {
        for text in [
            "?after=a%2Fb%20c&clientUserId=x",
            "clientUserId=x&after=a%2Fb+c",
            "https://elsewhere.example.com/v2/items?after=a/b%20c",
        ] {
            assert_eq!(
                next(json!(text)).unwrap().as_deref(),
                Some("a/b c"),
                "{text}"
            );
        }
        assert_eq!(next(json!(null)).unwrap(), None);
    }

    #[test]
    fn a_next_without_a_usable_cursor_is_not_the_end_of_the_list() {
        let long = format!("?after={}", "a".repeat(1025));

        for text in ["", "?after=", "?page=2", long.as_str()] {
            assert!(next(json!(text)).is_err(), "{text}");
        }
    }
}
