//! Where a page of a list begins.

use serde::{Deserialize, Deserializer, de};
use url::form_urlencoded;

/// Longer than any id; what is kept and sent back must have an end.
const MAX_CURSOR_BYTES: usize = 1024;

/// A text that is no cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of a list")]
pub struct InvalidCursor;

/// A text that may be a cursor.
pub(super) fn checked(text: String) -> Result<String, InvalidCursor> {
    if text.is_empty() || text.len() > MAX_CURSOR_BYTES {
        return Err(InvalidCursor);
    }
    Ok(text)
}

/// Takes `after` out of the ready-made query that Pluggy gives. The query itself is never followed:
/// where it leads is ours to say. One without `after` is an answer that cannot be read, since the
/// list would seem to end here.
pub(super) fn of_next<'de, D, C>(deserializer: D) -> Result<Option<C>, D::Error>
where
    D: Deserializer<'de>,
    C: TryFrom<String, Error = InvalidCursor>,
{
    let Some(next) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let query = next
        .rsplit_once('?')
        .map_or(next.as_str(), |(_, query)| query);
    let after = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after");
    after
        .ok_or(InvalidCursor)
        .and_then(|(_, after)| C::try_from(after.into_owned()))
        .map(Some)
        .map_err(de::Error::custom)
}
