//! Lists.

use serde::{Deserialize, Deserializer};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Number of this page, from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// How many entries there are on all pages.
    #[serde(default)]
    pub total: Option<u64>,
    /// How many pages there are.
    #[serde(default)]
    pub total_pages: Option<u64>,
    /// What is on this page.
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

/// What a deletion answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Deleted {
    /// How many entities were deleted.
    pub count: u64,
}
