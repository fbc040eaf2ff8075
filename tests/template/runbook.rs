//! The runbook: each section of a page is complete, and its query uses names that are logged.

use std::collections::{BTreeMap, BTreeSet};

use runtime::metrics::Metric;

use crate::artifacts;
use crate::functions;
use crate::template::Template;

/// The first words of the CloudWatch Logs Insights stages that the pages use.
const COMMANDS: [&str; 5] = ["fields", "filter", "limit", "sort", "stats"];
/// The parts of each section.
const PARTS: [&str; 5] = [
    "**Meaning.**",
    "**Impact.**",
    "**Diagnose.**",
    "**Resolve.**",
    "**Resolved when.**",
];

/// Returns the sections, by page and anchor, such as `quotas.md#accountconcurrencyalarm`. Each begins with its heading.
pub(crate) fn sections() -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    for (page, text) in pages() {
        for section in text.split("\n## ").skip(1) {
            let anchor = anchor(section.lines().next().unwrap());
            sections.insert(format!("{page}#{anchor}"), section.to_owned());
        }
    }
    sections
}

/// Returns the anchor of a heading, as GitHub makes it.
pub(crate) fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

/// Returns the pages, by file name.
fn pages() -> BTreeMap<String, String> {
    let folder = std::fs::read_dir(artifacts::path("docs/operations/runbook")).unwrap();
    folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().unwrap() != "README")
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// Returns the only query of a section.
fn query(section: &str) -> &str {
    let (_, rest) = section.split_once("```text\n").unwrap();
    let (query, rest) = rest.split_once("\n```\n").unwrap();
    assert!(!rest.contains("```"), "one query a section");
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
fn every_section_has_its_parts_and_fits_a_screen() {
    for (name, section) in sections() {
        for part in PARTS {
            assert_eq!(section.matches(part).count(), 1, "{name}: {part}");
        }
        assert!(section.lines().count() < 50, "{name}");
    }
}

#[test]
fn the_index_leads_to_every_page_by_its_title_and_to_every_section() {
    let index = artifacts::path("docs/operations/runbook/README.md");
    let index = std::fs::read_to_string(index).unwrap();

    for (page, text) in pages() {
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        assert!(index.contains(&format!("| [{title}]({page}) |")), "{page}");
    }
    for name in sections().keys() {
        assert!(index.contains(&format!("]({name})")), "{name}");
    }
}

#[test]
fn every_query_is_made_of_known_commands() {
    for (name, section) in sections() {
        let (bare, _) = split_quoted(query(&section));

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
    for (name, section) in sections() {
        let (bare, _) = split_quoted(query(&section));

        for word in words(&bare) {
            assert!(!word.contains('.'), "{name}: {word}");
        }
    }
}

#[test]
fn every_query_uses_metrics_that_are_emitted() {
    let emitted: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();

    for (name, section) in sections() {
        let (bare, _) = split_quoted(query(&section));

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

    for (name, section) in sections() {
        let query = query(&section);
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
    for (name, section) in sections() {
        assert!(!query(&section).contains("\"platform."), "{name}");
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
fn every_section_queries_an_existing_log() {
    let template = Template::load();
    let logs: BTreeSet<_> = functions::ALL
        .iter()
        .map(|function| {
            let group = template.properties(&functions::sibling(function, "LogGroup"));
            let name = group["LogGroupName"]["Fn::Sub"].as_str().unwrap();
            name.replace("${AWS::StackName}", "<stack>")
        })
        .collect();

    for (name, section) in sections() {
        let (_, rest) = section.split_once("Logs Insights over").unwrap();
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
