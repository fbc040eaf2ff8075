//! What has a budget.

use std::fmt;

use serde::Deserialize;

/// What has a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    InitInstructions,
    ConnectionInstructions,
    FirstInstructions,
    WarmInstructions,
    RecordInstructions,
    BinaryBytes,
    ZipBytes,
}

impl Figure {
    pub(crate) const ALL: [Self; 7] = [
        Self::InitInstructions,
        Self::ConnectionInstructions,
        Self::FirstInstructions,
        Self::WarmInstructions,
        Self::RecordInstructions,
        Self::BinaryBytes,
        Self::ZipBytes,
    ];

    /// Whether it is only told: the archive follows the binary.
    pub(crate) fn is_information(self) -> bool {
        self == Self::ZipBytes
    }

    /// As in the table and in a complaint, in millions of its unit.
    pub(crate) fn millions(value: u64) -> String {
        const TEN_THOUSAND: u64 = 10_000;
        // Rounded up: what is over the budget must not look as if it were not.
        let hundredths = value.div_ceil(TEN_THOUSAND);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// What makes it large, and how to see it.
    pub(crate) fn remedy(self, function: &str) -> String {
        match self {
            Self::BinaryBytes | Self::ZipBytes => format!(
                "`cargo tree --duplicates --edges normal --package {function}` shows what is linked in twice, and \
                 `cargo bloat --release --package {function}` what is large."
            ),
            _ => format!("`make profile FUNCTION={function}` shows which code executes them."),
        }
    }
}

/// As in a complaint.
impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::InitInstructions => "M instructions until it waits for its first event",
            Self::ConnectionInstructions => "M instructions to open its connections",
            Self::FirstInstructions => "M instructions in its first invocation",
            Self::WarmInstructions => "M instructions in a warm invocation",
            Self::RecordInstructions => "M instructions for each record of a batch",
            Self::BinaryBytes => "MB of binary",
            Self::ZipBytes => "MB of archive",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_a_round_number_is_shown_as_over_it() {
        assert_eq!(Figure::millions(2_500_000), "2.50");
        assert_eq!(Figure::millions(2_500_001), "2.51");
        assert_eq!(Figure::millions(5_000), "0.01");
    }
}
