//! List of an application's items. Not every contract includes it.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{InvalidCursor, ItemId, cursor, tolerant};

/// One page of `GET /v2/items`, newest first.
///
/// ```
/// use pluggy::ItemPage;
///
/// let page: ItemPage = serde_json::from_str(
///     r#"{"results":[{"id":"9a7b6c5d-0000-4000-8000-000000000001","status":"UPDATED"}],"next":"?after=abc"}"#,
/// )?;
/// assert_eq!((page.results.len(), page.next.unwrap().as_str()), (1, "abc"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/items-list>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ItemPage {
    /// The entries of the page. An unreadable entry does not hide the others.
    #[serde(default, deserialize_with = "readable")]
    pub results: Vec<ListedItem>,
    /// Cursor of the next page; none if this is the last.
    #[serde(default, deserialize_with = "cursor::of_next")]
    pub next: Option<ItemCursor>,
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

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ListedItem>, D::Error> {
    tolerant::list(deserializer).map(Option::unwrap_or_default)
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
