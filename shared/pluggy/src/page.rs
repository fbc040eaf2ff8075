//! Lists.

use serde::{Deserialize, Deserializer};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Number of this page, from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// Number of entries on all pages.
    #[serde(default)]
    pub total: Option<u64>,
    /// Number of pages.
    #[serde(default)]
    pub total_pages: Option<u64>,
    /// The entries of this page.
    #[serde(
        default = "Vec::new",
        deserialize_with = "null_as_empty",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub results: Vec<T>,
}

fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Response to a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Deleted {
    /// Number of deleted entities.
    pub count: u64,
}
