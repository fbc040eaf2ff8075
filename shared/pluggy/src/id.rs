//! Id types, so that an item's id cannot be passed for a webhook's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A string that is not an id of the expected kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

/// Declares an id type. Pluggy promises that these ids are UUIDs. A parsed id is safe in a URL path and in a
/// table key.
macro_rules! uuid_id {
    ($(#[$outer:meta])* $name:ident) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Accepts the hyphenated form only, in either case.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                const HYPHENATED_LENGTH: usize = 36;
                if text.len() != HYPHENATED_LENGTH {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

uuid_id! {
    /// Id of an item: one user's connection to one institution.
    ItemId
}
uuid_id! {
    /// Id of a webhook registration.
    WebhookId
}
uuid_id! {
    /// Id of an account.
    AccountId
}
uuid_id! {
    /// Id of a transaction.
    TransactionId
}
uuid_id! {
    /// Id of a Pluggy application, the public half of its credentials.
    ClientId
}

impl ItemId {
    /// Returns the id as a number, to distribute items evenly.
    pub fn as_number(self) -> u128 {
        self.0.as_u128()
    }
}

/// The integrator's id of an end user, as Pluggy stores and returns it: opaque, 1 to 255 characters.
///
/// The length is documented for the filter of `GET /v2/items`. An id with a replaced character (U+FFFD) is
/// none: two damaged ids could look like one user.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientUserId(String);

impl ClientUserId {
    const MAX_CHARACTERS: usize = 255;

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientUserId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        let characters = text.chars().count();
        let usable = (1..=Self::MAX_CHARACTERS).contains(&characters)
            && !text.chars().any(|character| {
                character.is_control() || character == char::REPLACEMENT_CHARACTER
            })
            && !text.trim().is_empty();
        usable.then_some(Self(text)).ok_or(InvalidId)
    }
}

impl FromStr for ClientUserId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.to_owned().try_into()
    }
}

impl From<ClientUserId> for String {
    fn from(id: ClientUserId) -> Self {
        id.0
    }
}

/// Prints no id. It may name a person if an integrator ignores Pluggy's advice.
impl fmt::Debug for ClientUserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientUserId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_written_in_lower_case() {
        let id: ItemId = "9A7B6C5D-0000-4000-8000-000000000001".parse().unwrap();

        assert_eq!(id.to_string(), "9a7b6c5d-0000-4000-8000-000000000001");
    }

    #[test]
    fn what_is_no_hyphenated_uuid_is_refused() {
        for text in [
            "",
            "item",
            "9a7b6c5d000040008000000000000001",
            "{9a7b6c5d-0000-4000-8000-000000000001}",
            "../connectors/2",
        ] {
            assert_eq!(text.parse::<ItemId>(), Err(InvalidId), "{text}");
        }
    }

    #[test]
    fn a_user_id_is_limited_in_characters_not_bytes() {
        let longest = "é".repeat(255);

        assert!(longest.parse::<ClientUserId>().is_ok());
        for text in [
            String::new(),
            " ".to_owned(),
            longest + "x",
            "a\nb".to_owned(),
            "usr_\u{fffd}".to_owned(),
        ] {
            assert!(text.parse::<ClientUserId>().is_err());
        }
    }

    #[test]
    fn a_user_id_does_not_show_in_debug_output() {
        let id: ClientUserId = "usr_01J9X".parse().unwrap();

        assert!(!format!("{id:?}").contains("01J9X"));
    }
}
