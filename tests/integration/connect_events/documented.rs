//! The funnel query in docs/reference/metrics.md, which uses the names of the code.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::Deployment;

use super::{TAKEN, USER, answer, relayed};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/metrics.md");
    std::fs::read_to_string(path).unwrap()
}

/// Returns the line of an event with all fields that a line can have.
async fn funnel_line() -> Value {
    let deployment = Deployment::start().await;
    let body = json!({
        "event": "onError", "timestamp": 1, "connectorId": 201, "code": "INVALID_CREDENTIALS",
    });
    answer(&deployment, relayed(USER, &body)).await;
    deployment.metrics.lines().pop().unwrap()
}

/// Returns the names in a query: fields in backticks, and metrics and dimensions, which begin in upper case.
fn names(query: &str) -> BTreeSet<&str> {
    let quoted = query.split('`').skip(1).step_by(2);
    let words = query.split(|character: char| !character.is_ascii_alphanumeric());
    let figures = words.filter(|word| word.starts_with(|first: char| first.is_ascii_uppercase()));
    quoted.chain(figures).collect()
}

#[tokio::test]
async fn the_query_of_the_connection_funnel_uses_fields_that_are_logged() {
    let document = document();
    let (_, section) = document.split_once("## The connection funnel").unwrap();
    let query = section.split("```text\n").nth(1).unwrap();
    let (query, after) = query.split_once("\n```\n").unwrap();
    let line = funnel_line().await;

    let asked = names(query);

    assert!(asked.contains("ConnectEvent") && asked.contains("connector.id"));
    for name in asked.into_iter().chain(["error.code"]) {
        assert!(line.get(name).is_some(), "{name} is not in {line}");
    }
    assert!(after.contains("`error.code`"));
    let message = line["message"].as_str().unwrap();
    assert!(query.contains(&format!("message = \"{message}\"")));
}

#[test]
fn the_funnel_has_as_many_names_as_the_widget() {
    let document = document();
    let names = TAKEN.iter().map(|(_, name)| name);
    let known: BTreeSet<_> = names.filter(|name| **name != "other").collect();

    assert!(document.contains(&format!("the widget's {} names", known.len())));
}
