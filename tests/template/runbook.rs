//! The runbook: its pages are complete, and its queries use names that are logged.

use std::collections::{BTreeMap, BTreeSet};

use runtime::metrics::Metric;

use crate::artifacts;
use crate::functions;
use crate::template::Template;

/// The first words of the CloudWatch Logs Insights stages that the pages use.
const COMMANDS: [&str; 5] = ["fields", "filter", "limit", "sort", "stats"];
/// The parts of each page.
const PARTS: [&str; 5] = [
    "**Meaning.**",
    "**Impact.**",
    "**Diagnose.**",
    "**Resolve.**",
    "**Resolved when.**",
];

/// Returns the name of an alarm's page: the alarm's own name in kebab case.
pub(crate) fn page_of(alarm: &str) -> String {
    let mut page = String::new();
    for character in alarm.chars() {
        if character.is_ascii_uppercase() && !page.is_empty() {
            page.push('-');
        }
        page.push(character.to_ascii_lowercase());
    }
    page
}

/// Returns the pages, by name.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let folder = std::fs::read_dir(artifacts::path("docs/operations/runbook")).unwrap();
    folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().unwrap() != "README")
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Returns the only query of a page.
fn query(page: &str) -> &str {
    let (_, rest) = page.split_once("```text\n").unwrap();
    let (query, rest) = rest.split_once("\n```\n").unwrap();
    assert!(!rest.contains("```"), "one query a page");
    query
}

/// Splits a query into its bare text and its quoted names. Removes texts and patterns.
fn split_quoted(query: &str) -> (String, BTreeSet<String>) {
    let mut bare = String::new();
    let mut names = BTreeSet::new();
    let mut rest = query;
    while let Some(at) = rest.find(['"', '`', '/']) {
        let quote = &rest[at..=at];
        let (quoted, after) = rest[at + 1..]
            .split_once(quote)
            .unwrap_or_else(|| panic!("{quote} has no end in {query}"));
        if quote == "`" {
            names.insert(quoted.to_owned());
        }
        bare.push_str(&rest[..at]);
        bare.push('_');
        rest = after;
    }
    bare.push_str(rest);
    (bare, names)
}

/// Returns the words of a query that are names.
fn words(bare: &str) -> impl Iterator<Item = &str> {
    bare.split(|character: char| {
        !(character.is_ascii_alphanumeric() || matches!(character, '_' | '@' | '.' | '-'))
    })
    .filter(|word| !word.is_empty())
}

#[test]
fn every_page_has_its_parts_and_fits_a_screen() {
    for (name, page) in pages() {
        for part in PARTS {
            assert!(page.contains(part), "{name}: {part}");
        }
        assert!(page.lines().count() < 50, "{name}");
    }
}

#[test]
fn the_index_leads_to_every_page() {
    let index =
        std::fs::read_to_string(artifacts::path("docs/operations/runbook/README.md")).unwrap();

    for name in pages().keys() {
        assert!(index.contains(&format!("]({name}.md)")), "{name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for (name, page) in pages() {
        for target in page.split("](").skip(1) {
            let target = target.split([')', '#']).next().unwrap();
            let path = artifacts::path(&format!("docs/operations/runbook/{target}"));
            assert!(path.exists(), "{name}: {target}");
        }
    }
}

#[test]
fn every_query_is_made_of_known_commands() {
    for (name, page) in pages() {
        let (bare, _) = split_quoted(query(&page));

        for stage in bare.split('|') {
            let command = stage.split_whitespace().next().unwrap();
            assert!(COMMANDS.contains(&command), "{name}: {command}");
            assert_eq!(
                stage.matches('(').count(),
                stage.matches(')').count(),
                "{name}: {stage}"
            );
        }
    }
}

#[test]
fn a_name_with_a_dot_is_in_backticks() {
    for (name, page) in pages() {
        let (bare, _) = split_quoted(query(&page));

        for word in words(&bare) {
            assert!(!word.contains('.'), "{name}: {word}");
        }
    }
}

#[test]
fn every_query_uses_metrics_that_are_emitted() {
    let emitted: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();

    for (name, page) in pages() {
        let (bare, _) = split_quoted(query(&page));

        for word in words(&bare) {
            let is_figure = word.starts_with(|first: char| first.is_ascii_uppercase());
            assert!(!is_figure || emitted.contains(word), "{name}: {word}");
        }
    }
}

/// Guards that the messages of the lines with metrics are constants of the code.
#[test]
fn every_query_uses_messages_that_are_logged() {
    let mut code = String::new();
    for folder in ["shared", "functions"] {
        read_code(&artifacts::path(folder), &mut code);
    }

    for (name, page) in pages() {
        let query = query(&page);
        for message in query.split("message").skip(1).filter_map(equated) {
            assert!(
                code.contains(&format!("\"{message}\"")),
                "{name}: {message}"
            );
        }
    }
}

#[test]
fn no_query_needs_lines_of_lambdas_own_that_are_not_logged() {
    for (name, page) in pages() {
        assert!(!query(&page).contains("\"platform."), "{name}");
    }
}

/// Returns the text that the beginning of `rest` compares something with.
fn equated(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('`').unwrap_or(rest);
    rest.strip_prefix(" = \"")?.split('"').next()
}

fn read_code(folder: &std::path::Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_code(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_page_queries_an_existing_log() {
    let template = Template::load();
    let logs: BTreeSet<_> = functions::ALL
        .iter()
        .map(|function| {
            let group = template.properties(&functions::sibling(function, "LogGroup"));
            let name = group["LogGroupName"]["Fn::Sub"].as_str().unwrap();
            name.replace("${AWS::StackName}", "<stack>")
        })
        .collect();

    for (name, page) in pages() {
        let (_, rest) = page.split_once("Logs Insights over").unwrap();
        let (place, _) = rest.split_once("```").unwrap();
        for log in place
            .split('`')
            .filter(|text| text.starts_with("/aws/lambda/"))
        {
            assert!(
                logs.contains(log) || log == "/aws/lambda/<stack>/*",
                "{name}: {log}"
            );
        }
    }
}
