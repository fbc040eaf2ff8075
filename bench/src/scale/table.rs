//! The tables of the runs, in Markdown.

use super::{Percentiles, Run, ratio};
use crate::statistics::millions;

/// A column: its heading, and the cell of a run.
type Column = (&'static str, fn(&Run) -> String);

const OF_BURSTS: [Column; 7] = [
    ("a burst", |run| run.name.clone()),
    ("events", |run| run.events.to_string()),
    ("environments", |run| run.environments.to_string()),
    ("events in a batch", |run| {
        format!("{:.0}", run.events_an_invocation())
    }),
    ("last one visible, s", |run| {
        format!("{:.1}", run.last_visible)
    }),
    ("fetches a second", |run| {
        format!("{:.0}", run.fetches_a_second())
    }),
    ("billed for an event, s", |run| format!("{:.4}", run.billed)),
];
const OF_BURSTS_TOO: [Column; 9] = [
    ("the same", |run| run.name.clone()),
    ("to status, s", |run| seconds(run.to_status)),
    ("refused calls", |run| run.limited.to_string()),
    ("failed batches", |run| run.unfinished.to_string()),
    ("writes of an item", |run| {
        format!("{:.2}", ratio(run.writes, super::decimal(run.items)))
    }),
    ("DynamoDB's engine, %", |run| {
        format!("{:.0}", run.shares.dynamodb)
    }),
    ("Pluggy's stand-in, %", |run| {
        format!("{:.0}", run.shares.pluggy)
    }),
    ("item-sync, %", |run| format!("{:.0}", run.shares.item_sync)),
    ("peak memory, MB", |run| {
        format!("{:.1}", millions(run.peak_memory))
    }),
];
const OF_FLOWS: [Column; 7] = [
    ("over time", |run| run.name.clone()),
    ("events", |run| run.events.to_string()),
    ("fetches of an item", |run| {
        format!("{:.2}", run.fetches_an_item())
    }),
    ("to status, ms", |run| milliseconds(run.to_status)),
    ("before item-sync, ms", |run| milliseconds(run.before)),
    ("item-sync's own, ms", |run| milliseconds(run.own)),
    ("billed for an event, s", |run| format!("{:.4}", run.billed)),
];

/// Returns the tables of the bursts and of the other runs, as far as there are any.
pub fn tables(runs: &[Run]) -> String {
    let (bursts, flows): (Vec<&Run>, Vec<&Run>) = runs.iter().partition(|run| run.is_burst);
    let mut tables = Vec::new();
    if !bursts.is_empty() {
        tables.push(table(&OF_BURSTS, &bursts));
        tables.push(table(&OF_BURSTS_TOO, &bursts));
    }
    if !flows.is_empty() {
        tables.push(table(&OF_FLOWS, &flows));
    }
    tables.join("\n")
}

fn table(columns: &[Column], runs: &[&Run]) -> String {
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    let mut lines = vec![
        format!("| {} |", headings.join(" | ")),
        format!("|{}", "---|".repeat(columns.len())),
    ];
    for run in runs {
        let cells: Vec<String> = columns.iter().map(|(_, cell)| cell(run)).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n") + "\n"
}

fn milliseconds(times: Percentiles) -> String {
    format!("{:.0}, {:.0}", times.p50, times.p99)
}

fn seconds(times: Percentiles) -> String {
    format!("{:.1}, {:.1}", times.p50 / 1_000.0, times.p99 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::super::Shares;
    use super::*;

    fn run(name: &str, is_burst: bool) -> Run {
        let percentiles = |p50| Percentiles {
            p50,
            p99: 2.0 * p50,
        };
        Run {
            name: name.to_owned(),
            is_burst,
            events: 1_200,
            items: 400,
            environments: 4,
            invocations: 24,
            unfinished: 1,
            fetches: 620,
            fetches_at_first: 600,
            handled: 2.0,
            limited: 2,
            writes: 500,
            last_visible: 2.1,
            billed: 0.0123,
            to_status: percentiles(300.0),
            before: percentiles(20.0),
            own: percentiles(5.0),
            shares: Shares {
                dynamodb: 30.0,
                pluggy: 10.0,
                item_sync: 40.0,
            },
            peak_memory: 20_000_000,
        }
    }

    #[test]
    fn bursts_and_other_runs_have_tables_of_their_own() {
        let tables = tables(&[run("one", true), run("two", false)]);

        let rows: Vec<&str> = tables
            .lines()
            .filter(|line| line.starts_with("| one") || line.starts_with("| two"))
            .collect();
        assert_eq!(
            rows,
            [
                "| one | 1200 | 4 | 50 | 2.1 | 300 | 0.0123 |",
                "| one | 0.3, 0.6 | 2 | 1 | 1.25 | 30 | 10 | 40 | 20.0 |",
                "| two | 1200 | 1.55 | 300, 600 | 20, 40 | 5, 10 | 0.0123 |",
            ]
        );
    }
}
