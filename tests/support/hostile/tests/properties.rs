//! The properties, on the seeds of the fuzz targets and on generated input.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fuzz/seeds");

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = fs::read_dir(format!("{SEEDS}/{target}")).unwrap();
    let seeds: Vec<_> = folder
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect();
    assert!(!seeds.is_empty(), "{target} has seeds");
    seeds
}

#[test]
fn every_seed_has_the_properties() {
    let bodies = [seeds("body"), seeds("envelope")].concat();
    for raw in &bodies {
        hostile::body(raw);
        hostile::envelope(raw);
    }
    for lines in &seeds("headers") {
        hostile::headers(lines);
    }
}

#[test]
fn a_body_of_any_length_has_the_properties() {
    // Incompressible bodies around the size limit of a row, and the maximum that a function URL accepts.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(6 * 1024 * 1024)
    .collect();
    for length in [0, 1, 350 * 1024, 350 * 1024 + 1, noise.len()] {
        let (body, _) = noise.split_at(length);
        hostile::body(body);
    }
    hostile::envelope(&vec![b'['; 6 * 1024 * 1024]);
}

/// Returns a strategy for JSON of any shape.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("9a7b6c5d-0000-4000-8000-000000000001")),
        Just(json!("9A7B6C5D00004000800000000000000A")),
        Just(json!("11111111-0000-4000-8000-000000000003")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Returns a strategy for objects with some of an event's fields and any values.
fn event() -> impl Strategy<Value = Value> {
    let family = prop::sample::select(vec![
        "item",
        "connector",
        "transactions",
        "payment_request",
        "payment_intent",
        "scheduled_payment",
        "automatic_pix_payment",
        "smart_transfer_payment",
        "boleto",
        "moon",
    ]);
    let name = (family, any::<String>()).prop_map(|(family, rest)| format!("{family}/{rest}"));
    let field = prop::sample::select(vec![
        "eventId",
        "id",
        "itemId",
        "clientId",
        "clientUserId",
        "triggeredBy",
        "error",
        "connectorId",
        "data",
        "status",
        "accountId",
        "transactionIds",
        "transactionsCount",
        "paymentRequestId",
        "paymentIntentId",
        "schedulePaymentId",
        "automaticPixPaymentId",
        "smartTransferPaymentId",
        "boletoId",
    ]);
    let fields = prop::collection::vec((field, json_value()), 0..8);
    (name, fields).prop_map(|(name, fields)| {
        let mut event = json!({ "event": name });
        for (field, value) in fields {
            event[field] = value;
        }
        event
    })
}

/// Returns a strategy for header lines, often the secret's.
fn header_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "x-webhook-secret",
        "X-Webhook-Secret",
        "x-webhook_secret",
        "authorization",
        "cookie",
    ]);
    let value = prop_oneof![
        Just("webhook-secret-for-local-tests".to_owned()),
        Just("abc".to_owned()),
        Just("webhook-secret-for-local-tests,abc".to_owned()),
        "[ -~]{0,40}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}: {value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_have_the_properties(raw: Vec<u8>) {
        hostile::body(&raw);
        hostile::envelope(&raw);
        hostile::headers(&raw);
    }

    #[test]
    fn any_event_has_the_properties(event in event()) {
        let raw = event.to_string();
        hostile::body(raw.as_bytes());
        hostile::envelope(raw.as_bytes());
    }

    #[test]
    fn only_the_right_headers_are_admitted(lines in prop::collection::vec(header_line(), 0..4)) {
        hostile::headers(lines.join("\n").as_bytes());
    }
}
