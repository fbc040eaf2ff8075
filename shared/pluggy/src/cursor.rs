//! Cursors: positions in a list.

use serde::{Deserialize, Deserializer, de};
use url::form_urlencoded;

/// Maximum length of a cursor. It is longer than any id; the limit bounds what is stored and sent back.
const MAX_CURSOR_BYTES: usize = 1024;

/// A text that is not a cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of a list")]
pub struct InvalidCursor;

/// Returns the text if it may be a cursor. One with a replaced character is not the cursor that Pluggy sent.
pub(super) fn checked(text: String) -> Result<String, InvalidCursor> {
    let is_whole = !text.contains(char::REPLACEMENT_CHARACTER);
    if text.is_empty() || text.len() > MAX_CURSOR_BYTES || !is_whole {
        return Err(InvalidCursor);
    }
    Ok(text)
}

/// Takes `after` out of the URL query that Pluggy returns. The query itself is never followed, so Pluggy
/// cannot choose the target of a request. A query without `after` makes the response unreadable, because the
/// list would seem to end.
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
