//! Lists.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{body_repair, tolerant};

/// One page of a list. A page without a list counts as an empty one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "ReceivedPage", bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// Number of this page, from 1.
    pub page: Option<u64>,
    /// Number of entries on all pages.
    pub total: Option<u64>,
    /// Number of pages.
    pub total_pages: Option<u64>,
    /// The readable entries of this page.
    pub results: Vec<T>,
    /// Number of entries that cannot be read, because they have no usable id.
    pub unreadable: usize,
}

/// A page before its entries are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReceivedPage {
    #[serde(default, deserialize_with = "tolerant::optional")]
    page: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::optional")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::optional")]
    total_pages: Option<u64>,
    #[serde(default, deserialize_with = "tolerant::raw_list")]
    results: Option<Vec<Box<RawValue>>>,
}

impl<T: DeserializeOwned> From<ReceivedPage> for Page<T> {
    fn from(received: ReceivedPage) -> Self {
        let (results, unreadable) = entries(received.results.unwrap_or_default());
        Self {
            page: received.page,
            total: received.total,
            total_pages: received.total_pages,
            results,
            unreadable,
        }
    }
}

/// Returns the readable entries of a page, and the number of the others. One that cannot be read does not
/// hide the others.
pub(super) fn entries<T: DeserializeOwned>(received: Vec<Box<RawValue>>) -> (Vec<T>, usize) {
    let count = received.len();
    let readable: Vec<T> = received
        .into_iter()
        .filter_map(|entry| body_repair::parse(entry.get().as_bytes()).ok())
        .collect();
    let unreadable = count - readable.len();
    (readable, unreadable)
}

/// Response to a deletion. The status of the response says that the entity is deleted, whatever its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Deleted {
    /// Number of deleted entities.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub count: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Account;

    #[test]
    fn an_entry_that_cannot_be_read_does_not_hide_the_others() {
        let body = br#"{"page":1,"total":"4","results":[
            {"id":"aaaa6c5d-0000-4000-8000-000000000002","balance":90071992547409931.10},
            {"id":null},
            7,
            {"id":"aaaa6c5d-0000-4000-8000-000000000003","name":"Conta \ud83d"}]}"#;

        let page: Page<Account> = body_repair::parse(body).unwrap();

        assert_eq!((page.page, page.total, page.unreadable), (Some(1), None, 2));
        let [first, second] = page.results.as_slice() else {
            panic!("{page:?}")
        };
        let balance = first.balance.as_ref().unwrap();
        assert_eq!(balance.as_str(), "90071992547409931.10");
        assert_eq!(second.name.as_deref(), Some("Conta \u{fffd}"));
    }

    #[test]
    fn a_page_without_a_list_is_empty() {
        for body in ["{}", r#"{"results":null}"#, r#"{"results":"none"}"#] {
            let page: Page<Account> = body_repair::parse(body.as_bytes()).unwrap();

            assert_eq!((page.results.len(), page.unreadable), (0, 0), "{body}");
        }
    }
}
