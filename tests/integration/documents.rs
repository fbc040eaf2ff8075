//! Documents that list names of the code.

mod data;
mod events;

use std::collections::{BTreeMap, BTreeSet};

use bench::speed::{Budgets, Speed, in_page, plot};
use connection::{ActionKind, Phase, Reason};
use runtime::metrics::Metric;
use serde::Serialize;

fn document(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_metric_is_documented_with_its_unit() {
    let document = document("reference/metrics.md");
    let documented: BTreeMap<_, _> = document
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            Some((cells.next()?.trim_end_matches('`'), cells.next()?))
        })
        .collect();

    let expected: BTreeMap<_, _> = Metric::ALL
        .iter()
        .map(|metric| {
            let kind = if metric.is_gauge() { ", gauge" } else { "" };
            (metric.as_str(), format!("{}{kind}", metric.unit().as_str()))
        })
        .collect();

    assert_eq!(
        documented.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (metric, kind) in expected {
        assert_eq!(documented[metric], kind, "{metric}");
    }
}

#[test]
fn the_page_of_states_matches_the_code() {
    let made = tests::status_page::status_page();

    assert!(
        document("reference/status.md") == made,
        "run make status-page"
    );
}

#[test]
fn the_page_of_states_lists_every_reason_by_its_code() {
    let codes: BTreeSet<_> = Reason::ALL
        .iter()
        .map(|reason| reason.code().to_owned())
        .collect();

    assert_eq!(codes.len(), Reason::ALL.len());
    assert_eq!(
        first_column(
            &document("reference/status.md"),
            "| `nextAction.reason` | Meaning"
        ),
        codes
    );
}

#[test]
fn the_table_and_the_picture_of_the_speed_are_made_of_its_record() {
    let record: Speed = serde_json::from_str(&document("operations/performance.json")).unwrap();
    let page = document("operations/performance.md");

    let is_made = in_page(&page, &record) == Some(page)
        && document("operations/performance.svg") == plot(&record);

    assert!(is_made, "run make performance-page");
}

#[test]
fn the_budgets_of_the_record_are_those_of_now() {
    let record: Speed = serde_json::from_str(&document("operations/performance.json")).unwrap();

    let with_budgets = Budgets::load().applied(record.clone());

    assert_eq!(record, with_budgets, "run make performance-page");
}

#[test]
fn the_frontend_guide_covers_every_phase_and_next_action() {
    let document = document("guides/frontend.md");

    assert_eq!(first_column(&document, "| `phase` |"), words(Phase::ALL));
    assert_eq!(
        first_column(&document, "| `nextAction.kind` |"),
        words(ActionKind::ALL)
    );
}

#[test]
fn the_index_of_decisions_lists_every_record_by_its_title() {
    let folder = format!("{}/../docs/decisions", env!("CARGO_MANIFEST_DIR"));
    let mut records: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    records.sort();

    let expected: Vec<_> = records
        .iter()
        .map(|name| {
            let record = document(&format!("decisions/{name}"));
            let heading = record.lines().next().unwrap().trim_start_matches("# ");
            let (number, title) = heading.split_once(". ").unwrap();
            assert!(name.starts_with(&format!("{number:0>4}-")), "{name}");
            format!("| {number} | [{title}]({name}) |")
        })
        .collect();

    // Grouped by area.
    let index = document("decisions/README.md");
    let mut listed: Vec<_> = index
        .lines()
        .filter(|line| line.contains(".md) |"))
        .collect();
    listed.sort_by_key(|line| number(line));
    assert_eq!(listed, expected);
}

/// Returns the number in the first column of a row.
fn number(row: &str) -> usize {
    row.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Returns the texts in backticks in the first column of the table with this header.
fn first_column(document: &str, header: &str) -> BTreeSet<String> {
    column(document, header, 0)
}

/// Returns the texts in backticks in another column.
fn column(document: &str, header: &str, number: usize) -> BTreeSet<String> {
    let table = document
        .lines()
        .skip_while(|line| !line.starts_with(header));
    table
        .skip(2)
        .map_while(|row| row.strip_prefix("| ")?.split(" | ").nth(number))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

fn words(vocabulary: &[impl Serialize]) -> BTreeSet<String> {
    serde_json::from_value(serde_json::to_value(vocabulary).unwrap()).unwrap()
}
