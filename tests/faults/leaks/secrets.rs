//! The values that a run used and that no output may contain.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::Exchange;
use serde_json::Value;
use tests::deployment::{CLIENT_SECRET, WEBHOOK_SECRET};
use tests::secrets::ERASURE_KEY;

use super::{
    CPF, CPF_DIGITS, EMAIL, MFA_CODE, NAME, OTHER_OWNER, OWNER, PASSWORD, WRONG_WEBHOOK_SECRET,
};

/// The length from which a value is searched for anywhere. A shorter value must match a word, because it may be part
/// of a number by chance.
const LONG: usize = 10;

#[derive(Clone, Debug)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    pub(super) fn of_deployment() -> Self {
        let values = [
            CLIENT_SECRET,
            WEBHOOK_SECRET,
            ERASURE_KEY,
            WRONG_WEBHOOK_SECRET,
            OWNER,
            OTHER_OWNER,
            EMAIL,
            NAME,
            CPF,
            CPF_DIGITS,
            PASSWORD,
            MFA_CODE,
            "maria-leak-user",
            "leaked-wrong-password",
        ];
        Self(values.map(str::to_owned).into())
    }

    pub(super) fn add(&mut self, value: &str) {
        self.0.insert(value.to_owned());
    }

    /// Adds the keys and tokens that Pluggy issued.
    pub(super) fn add_issued(&mut self, exchanges: &[Exchange]) {
        for exchange in exchanges {
            let Some((_, body)) = &exchange.answer else {
                continue;
            };
            let answer: Value = serde_json::from_slice(body).unwrap_or_default();
            for name in ["apiKey", "accessToken"] {
                if let Some(value) = answer[name].as_str() {
                    self.add(value);
                }
            }
        }
    }

    /// Returns the secrets without the users' ids, which an item's row needs.
    pub(super) fn but_owners(&self) -> Self {
        let mut values = self.0.clone();
        values.retain(|value| value != OWNER && value != OTHER_OWNER);
        Self(values)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the values that a text contains, as they are or in base64.
    pub(super) fn found_in(&self, text: &str) -> Vec<String> {
        let is_found = |value: &&String| {
            if value.len() < LONG {
                text.match_indices(value.as_str())
                    .any(|(start, found)| is_word(text, start, start + found.len()))
            } else {
                text.contains(value.as_str()) || text.contains(&STANDARD.encode(value.as_str()))
            }
        };
        self.0.iter().filter(is_found).cloned().collect()
    }
}

fn is_word(text: &str, start: usize, end: usize) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    !is_part(text[..start].chars().next_back()) && !is_part(text[end..].chars().next())
}

#[test]
fn a_secret_in_a_text_is_found() {
    let secrets = Secrets::of_deployment();

    let found = secrets.found_in(&format!("code {MFA_CODE}, {}", STANDARD.encode(NAME)));

    assert_eq!(found, [MFA_CODE, NAME]);
    assert!(secrets.found_in("at 1795123456000").is_empty());
}
