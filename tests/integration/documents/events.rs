//! The documents about the events on the bus.

use std::collections::BTreeSet;

use connection::{ActionKind, Phase, Reason};
use pluggy::EventKind;
use serde_json::{Value, json};

use super::{column, document, first_column, words};
use crate::closed_schema::validator;

const SCHEMAS: [&str; 4] = ["webhook", "item", "consent", "user"];

fn schema(name: &str) -> Value {
    serde_json::from_str(&document(&format!(
        "reference/events/{name}.v1.schema.json"
    )))
    .unwrap()
}

#[test]
fn the_page_for_integrators_names_every_event() {
    let document = document("guides/integrate.md");

    let known = EventKind::KNOWN.iter();
    let webhooks: BTreeSet<_> = known.map(|kind| format!("webhook.{kind}")).collect();
    assert_eq!(column(&document, "| About | Detail types |", 1), webhooks);

    let consents = ["consent.expiring", "consent.expired"].map(str::to_owned);
    assert_eq!(
        first_column(&document, "| Detail type | The consent |"),
        BTreeSet::from(consents)
    );

    let mut items = words(Phase::ALL);
    items.extend(["changed", "deleted"].map(str::to_owned));
    let items: BTreeSet<_> = items.iter().map(|word| format!("item.{word}")).collect();
    assert_eq!(
        first_column(&document, "| Detail type | The connection |"),
        items
    );
}

#[test]
fn the_schema_of_an_items_events_has_our_vocabularies() {
    let schema = schema("item");

    let phases = &schema["$defs"]["phase"]["enum"];
    let actions = &schema["$defs"]["nextAction"]["properties"]["kind"]["enum"];
    assert_eq!(*phases, json!(Phase::ALL));
    assert_eq!(*actions, json!(ActionKind::ALL));
    let reason = &schema["$defs"]["nextAction"]["properties"]["reason"];
    let codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(reason["examples"], json!(codes));
    assert!(reason.get("enum").is_none(), "it is open");
}

#[test]
fn a_reason_of_a_later_version_is_valid_and_a_text_is_none() {
    let schema = schema("item");
    let validator = validator(&schema);
    let mut example = schema["examples"][0].clone();

    for (reason, is_valid) in [
        ("of_a_later_version", true),
        ("UP_TO_DATE", false),
        ("Your account is connected.", false),
        ("", false),
    ] {
        example["nextAction"]["reason"] = json!(reason);
        assert_eq!(validator.is_valid(&example), is_valid, "{reason}");
    }
}

#[test]
fn every_example_of_a_schema_is_valid_and_no_field_can_be_omitted_or_added() {
    for name in SCHEMAS {
        let schema = schema(name);
        let validator = validator(&schema);

        for example in schema["examples"].as_array().unwrap() {
            assert!(validator.is_valid(example), "{name}: {example}");
            for field in example.as_object().unwrap().keys() {
                let mut without = example.clone();
                without.as_object_mut().unwrap().remove(field);
                assert!(!validator.is_valid(&without), "{name} without {field}");
            }
            let mut with = example.clone();
            with["another"] = json!(1);
            assert!(!validator.is_valid(&with), "{name} with another field");
        }
    }
}

#[test]
fn a_field_of_another_shape_is_refused() {
    for (name, field, values) in [
        ("webhook", "schemaVersion", json!([2, "1", null])),
        ("webhook", "id", json!(["", "AB", null, "0123"])),
        (
            "webhook",
            "receivedAt",
            json!(["2026-11-23", "2026-11-23T12:00:00-03:00", null, 1]),
        ),
        ("webhook", "itemId", json!(["", 1])),
        ("webhook", "body", json!([[], "{}"])),
        ("webhook", "bodyReference", json!([{"table": "t"}, "t"])),
        ("item", "phase", json!(["READY", "gone"])),
        ("item", "previousPhase", json!(["READY"])),
        ("item", "nextAction", json!(["none", {"kind": "none"}])),
        (
            "item",
            "connector",
            json!([{"id": "2", "name": "x"}, {"id": 2}]),
        ),
        ("item", "itemId", json!([null, "x"])),
        ("item", "observedAt", json!([null, "now"])),
        ("consent", "daysAhead", json!([null, 5, "7"])),
        ("consent", "consentExpiresAt", json!([null, "2026-11-23"])),
        ("user", "schemaVersion", json!([2, "1", null])),
        ("user", "id", json!(["", "AB", null, "0123"])),
        ("user", "user", json!(["", null])),
        ("user", "itemIds", json!([null, "x", ["x"], [null]])),
        ("user", "erasedAt", json!([null, "now", "2026-11-23"])),
    ] {
        let schema = schema(name);
        let validator = validator(&schema);

        for value in values.as_array().unwrap() {
            let mut example = schema["examples"][0].clone();
            example[field] = value.clone();
            assert!(!validator.is_valid(&example), "{name}: {field} {value}");
        }
    }
}
