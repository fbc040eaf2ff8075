//! Refusals of valid entries.

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::entry::Entry;

/// A refusal of valid entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    code: &'static str,
    probability: f64,
    marker: Option<String>,
}

impl Refusal {
    /// Returns a refusal of every entry, with this code.
    pub fn with(code: &'static str) -> Self {
        Self {
            code,
            probability: 1.0,
            marker: None,
        }
    }

    /// Limits the refusal to this probability, from 0 to 1.
    #[must_use]
    pub fn as_likely_as(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// Limits the refusal to entries whose detail type or detail contains this text.
    #[must_use]
    pub fn of(mut self, marker: &str) -> Self {
        self.marker = Some(marker.to_owned());
        self
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn holds(&self, entry: &Entry, random: &mut StdRng) -> bool {
        let is_meant = self.marker.as_ref().is_none_or(|marker| {
            entry.detail_type.contains(marker) || entry.detail.contains(marker)
        });
        is_meant && random.random::<f64>() < self.probability
    }
}
