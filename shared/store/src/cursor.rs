//! Cursor of a list of items.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use pluggy::ItemId;

/// Cursor of a page of a user's items. It holds no owner, so it is useless to other users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) String);

impl Cursor {
    /// Returns the cursor as opaque text.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Parses such a text. Returns `None` if it is not a cursor.
    pub fn from_text(text: &str) -> Option<Self> {
        let cursor = Self(String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?);
        cursor.item_id().map(|_| cursor)
    }

    pub(super) fn item_id(&self) -> Option<ItemId> {
        let (time, id) = self.0.split_once('#')?;
        let is_time = time.len() == 15 && time.bytes().all(|byte| byte.is_ascii_digit());
        is_time.then(|| id.parse().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_trip_through_a_url() {
        let cursor = Cursor("001795435200000#9a7b6c5d-0000-4000-8000-000000000001".to_owned());

        assert_eq!(Cursor::from_text(&cursor.to_text()), Some(cursor));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        for text in [
            "",
            "x",
            "!!",
            &URL_SAFE_NO_PAD.encode("1#2"),
            &URL_SAFE_NO_PAD.encode("001795435200000#x"),
        ] {
            assert_eq!(Cursor::from_text(text), None, "{text}");
        }
    }
}
