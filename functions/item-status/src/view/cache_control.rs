//! Rule for the caches of a response: a prompt, a link or a bank's own text must not get onto a disk.

use super::{ItemList, ItemView, ProductView};

/// The `Cache-Control` of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheControl {
    /// The caller may store it, and asks again with the validator each time.
    NoCache,
    /// Nobody may store it.
    NoStore,
}

impl CacheControl {
    /// Returns the header's value.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoCache => "private, no-cache",
            Self::NoStore => "no-store",
        }
    }
}

impl ItemView<'_> {
    /// Returns the rule for this item.
    pub(crate) fn cache_control(&self) -> CacheControl {
        let error = self.error.as_ref();
        let has_bank_text = error.is_some_and(|error| error.provider_message.is_some())
            || self.products.values().any(ProductView::has_bank_text);
        if has_bank_text || self.next_action.is_sensitive() {
            CacheControl::NoStore
        } else {
            CacheControl::NoCache
        }
    }
}

impl ItemList<'_> {
    /// Returns the strictest rule of the page's items.
    pub(crate) fn cache_control(&self) -> CacheControl {
        let mut items = self.items.iter();
        if items.any(|item| item.cache_control() == CacheControl::NoStore) {
            CacheControl::NoStore
        } else {
            CacheControl::NoCache
        }
    }
}
