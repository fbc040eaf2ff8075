//! The comparison of the measurements with the budgets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::budgets::Budgets;
use crate::figure::Figure;

/// The measurements of each function.
pub(crate) type Figures = BTreeMap<String, BTreeMap<Figure, u64>>;

/// A reason why the gate fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// The measurement exceeds the budget.
    Exceeded {
        function: String,
        figure: Figure,
        measured: u64,
        budget: u64,
    },
    /// The measurement has no budget.
    NoBudget {
        function: String,
        figure: Figure,
        measured: u64,
    },
    /// The budget has no measurement.
    NotMeasured { function: String, figure: Figure },
    /// Connections that init should have opened were opened during an invocation.
    LateConnections { function: String, connections: u64 },
    /// Lives that should be equal differ by too much. The difference is in millionths.
    Unsteady { function: String, spread: u64 },
}

/// Returns all complaints, function by function.
pub(crate) fn complaints(figures: &Figures, budgets: &Budgets) -> Vec<Complaint> {
    let functions: BTreeSet<&str> = budgets
        .functions()
        .chain(figures.keys().map(String::as_str))
        .collect();
    let pairs = functions
        .into_iter()
        .flat_map(|function| Figure::ALL.map(|figure| (function, figure)));
    pairs
        .filter_map(|(function, figure)| {
            let measured = figures
                .get(function)
                .and_then(|of| of.get(&figure))
                .copied();
            complaint(function, figure, measured, budgets.get(function, figure))
        })
        .collect()
}

fn complaint(
    function: &str,
    figure: Figure,
    measured: Option<u64>,
    budget: Option<u64>,
) -> Option<Complaint> {
    let function = function.to_owned();
    match (measured, budget) {
        (Some(measured), Some(budget)) if measured > budget => Some(Complaint::Exceeded {
            function,
            figure,
            measured,
            budget,
        }),
        (Some(measured), None) if !figure.is_information() => Some(Complaint::NoBudget {
            function,
            figure,
            measured,
        }),
        (None, Some(_)) => Some(Complaint::NotMeasured { function, figure }),
        _ => None,
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeded {
                function,
                figure,
                measured,
                budget,
            } => write!(
                formatter,
                "{function}: {} {figure}, and its budget is {}: {} % over.\n  {}\n  \
                 Where it must be so, raise the budget in bench/budgets.toml, and say why in the commit.",
                Figure::millions(*measured),
                Figure::millions(*budget),
                percent_over(*measured, *budget),
                figure.remedy(function),
            ),
            Self::NoBudget {
                function,
                figure,
                measured,
            } => write!(
                formatter,
                "{function}: {} {figure}, and no budget for it.\n  Add one to bench/budgets.toml.",
                Figure::millions(*measured),
            ),
            Self::NotMeasured { function, figure } => write!(
                formatter,
                "{function}: there is a budget for the {figure}, which are not measured.\n  \
                 Remove it from bench/budgets.toml, or measure them.",
            ),
            Self::LateConnections {
                function,
                connections,
            } => write!(
                formatter,
                "{function}: its first invocation opens {connections} connections, which init should have opened.",
            ),
            Self::Unsteady { function, spread } => write!(
                formatter,
                "{function}: equal lives differ by {}.\n  Measure again, with no other load on the machine.",
                percent(*spread),
            ),
        }
    }
}

/// Formats millionths as percent.
pub(crate) fn percent(millionths: u64) -> String {
    format!("{}.{:04} %", millionths / 10_000, millionths % 10_000)
}

/// Returns the excess in percent with one decimal, rounded up.
fn percent_over(measured: u64, budget: u64) -> String {
    let tenths = ((measured - budget) * 1_000).div_ceil(budget.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGETS: &str = "[webhook]\ninit_instructions = 2_500_000\nbinary_bytes = 6_500_000\n";

    fn check(measured: &[(&str, Figure, u64)], expected: &[&str]) {
        let mut figures = Figures::new();
        for (function, figure, value) in measured {
            let of_function = figures.entry((*function).to_owned()).or_default();
            of_function.insert(*figure, *value);
        }

        let complaints = complaints(&figures, &BUDGETS.parse().unwrap());

        let firsts: Vec<String> = complaints
            .iter()
            .map(|complaint| complaint.to_string().lines().next().unwrap().to_owned())
            .collect();
        assert_eq!(firsts, expected);
    }

    #[test]
    fn a_figure_equal_to_its_budget_is_within_it() {
        let measured = [
            ("webhook", Figure::InitInstructions, 2_500_000),
            ("webhook", Figure::BinaryBytes, 1),
        ];

        check(&measured, &[]);
    }

    #[test]
    fn a_budget_that_is_exceeded_is_named_with_both_values() {
        let measured = [
            ("webhook", Figure::InitInstructions, 2_500_001),
            ("webhook", Figure::BinaryBytes, 7_150_000),
        ];

        check(
            &measured,
            &[
                "webhook: 2.51 M instructions until it waits for its first event, and its budget is 2.50: 0.1 % over.",
                "webhook: 7.15 MB of binary, and its budget is 6.50: 10.0 % over.",
            ],
        );
    }

    #[test]
    fn a_figure_without_a_budget_is_named() {
        let measured = [
            ("webhook", Figure::InitInstructions, 1),
            ("webhook", Figure::BinaryBytes, 1),
            ("webhook", Figure::WarmInstructions, 800_000),
            ("floor", Figure::BinaryBytes, 1_620_000),
        ];

        check(
            &measured,
            &[
                "floor: 1.62 MB of binary, and no budget for it.",
                "webhook: 0.80 M instructions in a warm invocation, and no budget for it.",
            ],
        );
    }

    #[test]
    fn a_budget_without_a_measurement_is_named() {
        check(
            &[("webhook", Figure::InitInstructions, 1)],
            &["webhook: there is a budget for the MB of binary, which are not measured."],
        );
    }

    #[test]
    fn the_archive_needs_no_budget() {
        let measured = [
            ("webhook", Figure::InitInstructions, 1),
            ("webhook", Figure::BinaryBytes, 1),
            ("webhook", Figure::ZipBytes, 99_000_000),
        ];

        check(&measured, &[]);
    }

    #[test]
    fn a_complaint_names_the_remedy() {
        let complaint = complaint("webhook", Figure::WarmInstructions, Some(2), Some(1)).unwrap();

        let text = complaint.to_string();

        assert!(text.contains("`make profile FUNCTION=webhook`"), "{text}");
        assert!(text.contains("bench/budgets.toml"), "{text}");
    }
}
