//! `docs/reference/openapi.yaml` against the code. Each response that an endpoint's test receives is compared with it, too.

mod answer;
mod document;

use std::collections::BTreeSet;

use connection::{ActionKind, Language, Phase, Reason, message};
use pluggy::{
    ConnectEventKind, ConnectorType, CountryCode, ItemStatus, ProductType, Theme, WidgetLanguage,
};
use serde_json::{Value, json};
use tests::wire_types;

pub(crate) use answer::check_answer;
use document::Document;

/// Callbacks of the widget that an app relays. `onEvent` is relayed under the event names that it passes.
const CALLBACKS: [&str; 5] = ["onSuccess", "onError", "onOpen", "onClose", "onHide"];

const PROBLEM_SOURCE: &str = include_str!("../../shared/runtime/src/problem.rs");
const URN: &str = "urn:pluggy-lambda:problem:";

fn words<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    values
        .into_iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Returns the words of a list of the document's schema `name`, at a pointer into it.
fn documented(name: &str, pointer: &str) -> BTreeSet<String> {
    let schema = Document::read().schema(name);
    let list = schema.pointer(pointer).and_then(Value::as_array);
    words(list.unwrap_or_else(|| panic!("{name} has no list at {pointer}")))
}

fn known<T: ToString>(values: &[T]) -> BTreeSet<String> {
    values.iter().map(ToString::to_string).collect()
}

fn serialized<T: serde::Serialize>(values: &[T]) -> BTreeSet<String> {
    words(json!(values).as_array().unwrap())
}

#[test]
fn the_closed_vocabularies_are_those_of_the_code() {
    assert_eq!(documented("Phase", "/enum"), serialized(Phase::ALL));
    assert_eq!(
        documented("ActionKind", "/enum"),
        serialized(ActionKind::ALL)
    );
}

#[test]
fn each_word_of_a_vocabulary_is_explained() {
    for (name, list) in [
        ("Phase", "/enum"),
        ("ActionKind", "/enum"),
        ("Reason", "/examples"),
    ] {
        let schema = Document::read().schema(name);
        let description = schema["description"].as_str().unwrap();

        for word in documented(name, list) {
            assert!(description.contains(&format!("* `{word}`: ")), "{word}");
        }
    }
}

#[test]
fn the_reasons_are_an_open_vocabulary_with_the_codes_and_meanings_of_the_code() {
    let schema = Document::read().schema("Reason");
    let codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    let meanings: Vec<_> = Reason::ALL
        .iter()
        .map(|reason| format!("* `{}`: {}", reason.code(), reason.meaning()))
        .collect();

    assert_eq!(schema["examples"], json!(codes));
    assert!(schema.get("enum").is_none(), "it is open");
    let description = schema["description"].as_str().unwrap();
    let listed: Vec<_> = description
        .lines()
        .filter(|line| line.starts_with("* "))
        .collect();
    assert_eq!(listed, meanings);
}

#[test]
fn the_options_of_the_widget_are_those_that_the_code_serializes() {
    let options = Document::read().schema("ConnectOptions");
    let documented: BTreeSet<_> = options["properties"].as_object().unwrap().keys().collect();

    let sent = wire_types::sent();
    let sent: BTreeSet<_> = sent["ConnectOptions"].as_object().unwrap().keys().collect();

    assert_eq!(documented, sent);
}

#[test]
fn the_values_of_the_widgets_options_are_known_to_the_code() {
    for (option, known) in [
        ("connectorTypes/items", known(ConnectorType::KNOWN)),
        ("countries/items", known(CountryCode::KNOWN)),
        ("language", known(WidgetLanguage::KNOWN)),
        ("theme", known(Theme::KNOWN)),
    ] {
        let documented = documented("ConnectOptions", &format!("/properties/{option}/enum"));

        assert_eq!(documented, known, "{option}");
    }
    // The code knows products of newer APIs than the widget's.
    let products = documented("ConnectOptions", "/properties/products/items/enum");
    assert!(products.is_subset(&known(ProductType::KNOWN)));
}

#[test]
fn the_events_of_the_widget_are_those_that_the_code_knows() {
    let mut expected = known(ConnectEventKind::KNOWN);
    expected.extend(CALLBACKS.map(str::to_owned));

    assert_eq!(documented("ConnectEventName", "/examples"), expected);
}

#[test]
fn the_example_items_match_the_state_that_the_code_decides() {
    let document = Document::read();
    let lists = document.examples("get", "/items", 200);
    let listed = lists.iter().flat_map(|it| it["items"].as_array().unwrap());
    let alone = document.examples("get", "/items/{itemId}", 200);
    let items: Vec<_> = listed.chain(alone).collect();
    assert!(!items.is_empty());

    for item in items {
        let action = &item["nextAction"];
        let is_said = Reason::ALL.iter().any(|reason| {
            let texts = [Language::Portuguese, Language::English]
                .map(|language| message(*reason, language));
            item["phase"] == json!(reason.phase())
                && action["reason"] == reason.code()
                && action["kind"] == json!(reason.action())
                && texts.iter().any(|text| action["message"] == *text)
        });

        assert!(is_said, "{action:#}");
    }
}

#[test]
fn the_known_states_of_an_item_are_named() {
    let documented = documented("Item", "/properties/status/examples");

    assert_eq!(documented, known(ItemStatus::KNOWN));
}

#[test]
fn every_type_of_problem_is_described_and_no_other() {
    let in_code: BTreeSet<_> = PROBLEM_SOURCE
        .split(URN)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();

    let document = Document::read();
    let schemas = document.schemas().as_object().unwrap();
    let described: BTreeSet<_> = schemas
        .values()
        .filter_map(|schema| schema.pointer("/properties/type/const")?.as_str())
        .filter_map(|kind| kind.strip_prefix(URN))
        .collect();

    assert_eq!(described, in_code);
}
