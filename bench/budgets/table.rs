//! The table of all measurements beside their budgets.

use crate::budgets::Budgets;
use crate::comparison::percent;
use crate::figure::Figure;
use crate::measurements::Measurements;

/// Prints the table and the accuracy of the measurements.
pub(crate) fn print(measurements: &Measurements, budgets: &Budgets) {
    println!(
        "\nMeasured, and in parentheses the budget: millions of instructions, and megabytes.\n"
    );
    println!("| function | init | connections | first | warm | a record | binary | zip |");
    println!("|---|---|---|---|---|---|---|---|");
    for (function, figures) in &measurements.figures {
        let cells = Figure::ALL.map(|figure| {
            let measured = figures
                .get(&figure)
                .map_or_else(|| "-".to_owned(), |value| Figure::millions(*value));
            match budgets.get(function, figure) {
                Some(budget) => format!("{measured} ({})", Figure::millions(budget)),
                None => measured,
            }
        });
        println!("| {function} | {} |", cells.join(" | "));
    }
    println!();
    for (function, counted) in &measurements.instructions {
        println!(
            "{function}: {} connections opened in init, {} in the first invocation; equal lives differed by {} at most",
            counted.connected_in_init,
            counted.connected_in_first,
            percent(counted.spread)
        );
    }
}
