//! The table of a run, and its place in the page.

use super::{Figure, FunctionSpeed, Speed};
use crate::page::replaced;

const BEGIN: &str = "<!-- the last record, by `make bench RECORD=yes` -->\n";
const END: &str = "<!-- until here -->\n";

/// Returns the table in Markdown: a row for each figure, a column for each function, and the budget in parentheses.
pub fn table(speed: &Speed) -> String {
    let names: Vec<&str> = speed
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    let mut lines = vec![
        format!("| figure | {} |", names.join(" | ")),
        format!("|---|{}", "---|".repeat(names.len())),
    ];
    for figure in Figure::ALL {
        let cells: Vec<String> = speed
            .functions
            .iter()
            .map(|function| cell(function, figure))
            .collect();
        if cells.iter().any(|cell| cell != "-") {
            lines.push(format!("| {} | {} |", figure.label(), cells.join(" | ")));
        }
    }
    lines.push(String::new());
    lines.push(format!(
        "{} processes of each function, {} warm invocations each, on {}.",
        speed.processes, speed.warm_invocations, speed.machine
    ));
    lines.extend(speed.left_out.iter().cloned());
    lines.join("\n") + "\n"
}

/// Returns the page with its table replaced by this run's; `None` if the page has no place for it.
pub fn in_page(page: &str, speed: &Speed) -> Option<String> {
    replaced(page, BEGIN, END, &table(speed))
}

fn cell(function: &FunctionSpeed, figure: Figure) -> String {
    match function.get(figure) {
        (None, _) => "-".to_owned(),
        (Some(value), None) => format!("{value:.2}"),
        (Some(value), Some(budget)) => format!("{value:.2} ({budget})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed() -> Speed {
        let floor = FunctionSpeed {
            name: "floor".to_owned(),
            figures: [(Figure::InitMs, 2.0)].into(),
            budgets: [].into(),
        };
        let webhook = FunctionSpeed {
            name: "webhook".to_owned(),
            figures: [(Figure::InitMs, 3.0), (Figure::InitOverFloor, 1.5)].into(),
            budgets: [(Figure::InitOverFloor, 1.6)].into(),
        };
        Speed {
            machine: "an abacus".to_owned(),
            processes: 3,
            warm_invocations: 20,
            left_out: vec!["No quota: nobody may set one.".to_owned()],
            functions: vec![floor, webhook],
        }
    }

    #[test]
    fn measurements_are_beside_their_budgets_and_other_cells_are_empty() {
        assert_eq!(
            table(&speed()),
            "| figure | floor | webhook |\n\
             |---|---|---|\n\
             | init without TLS, ms | 2.00 | 3.00 |\n\
             | init without TLS, over the floor's | - | 1.50 (1.6) |\n\
             \n\
             3 processes of each function, 20 warm invocations each, on an abacus.\n\
             No quota: nobody may set one.\n"
        );
    }

    #[test]
    fn a_page_keeps_all_but_its_table() {
        let page = format!("# Speed\n\n{BEGIN}| old |\n{END}\nThe end.\n");

        let new = in_page(&page, &speed()).unwrap();

        assert!(new.starts_with("# Speed\n\n<!--"), "{new}");
        assert!(new.ends_with("-->\n\nThe end.\n"), "{new}");
        assert!(new.contains("1.50") && !new.contains("old"), "{new}");
        assert_eq!(in_page(&new, &speed()), Some(new));
        assert_eq!(in_page("# Another page\n", &speed()), None);
    }
}
