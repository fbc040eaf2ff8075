//! Why a set of profiles cannot be used.

/// How much of a name that is wrong is told.
const MAX_TOLD_CHARACTERS: usize = 64;

/// Profiles that cannot be used: which part, and what it must be. A value is never told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {rule}")]
pub struct InvalidProfiles {
    pub(super) path: String,
    rule: &'static str,
}

impl InvalidProfiles {
    /// The part at `path`, and what it must be, as the end of a sentence. Names are told as far as
    /// they can stand in a line of a log.
    pub(super) fn new(path: &[&str], rule: &'static str) -> Self {
        let path: Vec<String> = path.iter().copied().map(told).collect();
        Self {
            path: path.join("."),
            rule,
        }
    }
}

fn told(name: &str) -> String {
    name.chars()
        .take(MAX_TOLD_CHARACTERS)
        .map(|character| match character {
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}
