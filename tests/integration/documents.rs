//! Documents that list names of the code.

mod events;

use std::collections::{BTreeMap, BTreeSet};

use bench::speed::{Speed, in_page, plot};
use connection::{ActionKind, Phase};
use runtime::metrics::Metric;
use serde::Serialize;

fn document(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_metric_is_documented_with_its_unit() {
    let document = document("metrics.md");
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
        document("status.md") == made,
        "make it anew: make status-page"
    );
}

#[test]
fn the_table_and_the_picture_of_the_speed_are_made_of_its_record() {
    let record: Speed = serde_json::from_str(&document("performance.json")).unwrap();
    let page = document("performance.md");

    let is_made =
        in_page(&page, &record) == Some(page) && document("performance.svg") == plot(&record);

    assert!(is_made, "make them anew: make performance-page");
}

#[test]
fn the_frontend_guide_covers_every_phase_and_next_action() {
    let document = document("frontend.md");

    assert_eq!(first_column(&document, "| `phase` |"), words(Phase::ALL));
    assert_eq!(
        first_column(&document, "| `nextAction.kind` |"),
        words(ActionKind::ALL)
    );
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
