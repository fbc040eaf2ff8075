//! Error for an invalid set of profiles.

/// Maximum length of a wrong name in the error.
const MAX_NAME_CHARACTERS: usize = 64;

/// An invalid set of profiles: the invalid part, and its rule. The error never contains a value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {rule}")]
pub struct InvalidProfiles {
    pub(super) path: String,
    rule: &'static str,
}

impl InvalidProfiles {
    /// Creates the error for the part at `path`. `rule` ends the sentence. Names are shortened and escaped
    /// for the log line.
    pub(super) fn new(path: &[&str], rule: &'static str) -> Self {
        let path: Vec<String> = path.iter().copied().map(printable).collect();
        Self {
            path: path.join("."),
            rule,
        }
    }
}

fn printable(name: &str) -> String {
    name.chars()
        .take(MAX_NAME_CHARACTERS)
        .map(|character| match character {
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}
