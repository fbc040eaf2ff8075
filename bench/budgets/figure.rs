//! The figures that have a budget.

use std::fmt;

use serde::Deserialize;

/// A figure that has a budget.
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

    /// Returns whether the figure is for information only: the size of the archive follows that of the binary.
    pub(crate) fn is_information(self) -> bool {
        self == Self::ZipBytes
    }

    /// Formats a value for the table and for a complaint, in millions of its unit.
    pub(crate) fn millions(value: u64) -> String {
        const TEN_THOUSAND: u64 = 10_000;
        // Round up, so that a value over the budget never looks as if it were within it.
        let hundredths = value.div_ceil(TEN_THOUSAND);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// Returns the usual causes of a large value, and how to find them.
    pub(crate) fn remedy(self, function: &str) -> String {
        match self {
            Self::BinaryBytes | Self::ZipBytes => format!(
                "`cargo tree --duplicates --edges normal` shows what is linked in twice, and \
                 `cargo bloat --release --bin {function}` what is large."
            ),
            _ => format!("`make profile FUNCTION={function}` shows which code executes them."),
        }
    }
}

/// The name in a complaint.
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
    fn a_value_over_a_round_number_is_shown_as_over_it() {
        assert_eq!(Figure::millions(2_500_000), "2.50");
        assert_eq!(Figure::millions(2_500_001), "2.51");
        assert_eq!(Figure::millions(5_000), "0.01");
    }
}
