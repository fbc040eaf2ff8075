//! The corpus: instances of the types that Pluggy publishes, made by `make accept-drift`. Each is deserialized, and
//! the fields that our type knows round-trip.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pluggy::{
    Account, AuthResponse, BankData, ConnectError, ConnectEvent, ConnectSuccess,
    ConnectTokenResponse, Connector, ConnectorCredential, ConnectorHealth, Consent,
    CredentialOption, CreditData, Deleted, ErrorBody, ErrorDetail, Event, EventData, EventError,
    HealthDetails, Incident, Item, ItemError, Page, ProductStatus, Transaction, UserAction,
    Warning, Webhook,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tests::wire_types;

use crate::wire_types::{with_our_times, without_nulls};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

/// Fields whose types lack some of the official fields.
const PARTIAL: [(&str, &str); 2] = [("bankData", "BankData"), ("creditData", "CreditData")];

/// A function that parses a body and serializes it again.
pub(crate) type Again = fn(&str) -> serde_json::Result<Value>;

fn again<T: DeserializeOwned + Serialize>(body: &str) -> serde_json::Result<Value> {
    serde_json::to_value(parse::<T>(body)?)
}

fn parse<T: DeserializeOwned>(body: &str) -> serde_json::Result<T> {
    pluggy::parse(body.as_bytes())
}

/// Returns the types of the corpus. Types that are never serialized, some because they hold secrets, are taken apart
/// here. A field that is added to such a type must be added here, too.
pub(crate) fn types() -> BTreeMap<&'static str, Again> {
    BTreeMap::from([
        ("Account", again::<Account> as Again),
        ("AuthResponse", auth_response),
        ("BankData", again::<BankData>),
        ("ConnectError", again::<ConnectError>),
        ("ConnectEvent", again::<ConnectEvent>),
        ("ConnectSuccess", again::<ConnectSuccess>),
        ("ConnectTokenResponse", connect_token_response),
        ("Connector", again::<Connector>),
        ("ConnectorCredential", again::<ConnectorCredential>),
        ("ConnectorHealth", again::<ConnectorHealth>),
        ("Consent", again::<Consent>),
        ("CredentialOption", again::<CredentialOption>),
        ("CreditData", again::<CreditData>),
        ("Deleted", deleted),
        ("ErrorBody", error_body),
        ("ErrorDetail", error_detail),
        ("Event", again::<Event>),
        ("EventData", again::<EventData>),
        ("EventError", again::<EventError>),
        ("HealthDetails", again::<HealthDetails>),
        ("Incident", again::<Incident>),
        ("Item", again::<Item>),
        ("ItemError", again::<ItemError>),
        ("Page", page),
        ("ProductStatus", again::<ProductStatus>),
        ("Transaction", again::<Transaction>),
        ("UserAction", again::<UserAction>),
        ("Warning", again::<Warning>),
        ("Webhook", webhook),
    ])
}

fn auth_response(body: &str) -> serde_json::Result<Value> {
    let AuthResponse { api_key } = parse(body)?;
    Ok(json!({ "apiKey": api_key.expose() }))
}

fn connect_token_response(body: &str) -> serde_json::Result<Value> {
    let ConnectTokenResponse { access_token } = parse(body)?;
    Ok(json!({ "accessToken": access_token.expose() }))
}

fn deleted(body: &str) -> serde_json::Result<Value> {
    let Deleted { count } = parse(body)?;
    Ok(json!({ "count": count }))
}

fn error_body(body: &str) -> serde_json::Result<Value> {
    let ErrorBody {
        code,
        message,
        code_description,
        details,
        errors,
        data,
        items,
        error_id,
    } = parse(body)?;
    let details_json = |details: Vec<ErrorDetail>| -> Vec<_> {
        details.into_iter().map(error_detail_json).collect()
    };
    Ok(json!({
        "code": code,
        "message": message,
        "codeDescription": code_description,
        "details": details.map(details_json),
        "errors": errors.map(details_json),
        "data": data,
        "items": items,
        "errorId": error_id,
    }))
}

fn error_detail(body: &str) -> serde_json::Result<Value> {
    parse(body).map(error_detail_json)
}

fn error_detail_json(detail: ErrorDetail) -> Value {
    let ErrorDetail {
        code,
        message,
        parameter,
    } = detail;
    json!({ "code": code, "message": message, "parameter": parameter })
}

fn page(body: &str) -> serde_json::Result<Value> {
    let Page::<Value> {
        page,
        total,
        total_pages,
        results,
        unreadable: _,
    } = parse(body)?;
    // A missing list and an empty list are equal to us.
    let results = (!results.is_empty()).then_some(results);
    Ok(json!({ "page": page, "total": total, "totalPages": total_pages, "results": results }))
}

fn webhook(body: &str) -> serde_json::Result<Value> {
    let Webhook {
        id,
        url,
        event,
        headers,
        disabled_at,
        created_at,
        updated_at,
    } = parse(body)?;
    Ok(json!({
        "id": id,
        "url": url,
        "event": event,
        "headers": headers,
        "disabledAt": disabled_at,
        "createdAt": created_at,
        "updatedAt": updated_at,
    }))
}

/// Returns the instances of a type, with the names of their cases.
pub(crate) fn instances(name: &str) -> Vec<(String, Value)> {
    let file = Path::new(CORPUS).join(name).with_extension("jsonl");
    let lines = std::fs::read_to_string(file).unwrap();
    let instance = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        (
            line["case"].as_str().unwrap().to_owned(),
            line["json"].take(),
        )
    };
    lines.lines().map(instance).collect()
}

fn comparable(body: &Value) -> Value {
    with_our_times(without_nulls(known(body.clone())))
}

/// Returns a body without the fields that the nested types omit on purpose. `make drift` requires the reasons.
fn known(mut body: Value) -> Value {
    let fields = wire_types::received();
    for (field, name) in PARTIAL {
        if let Some(Value::Object(nested)) = body.get_mut(field) {
            nested.retain(|key, _| fields[name].contains(key.as_str()));
        }
    }
    body
}

#[test]
fn the_known_fields_of_an_official_instance_round_trip() {
    let fields = wire_types::received();
    for (name, again) in types() {
        for (case, body) in instances(name) {
            let written =
                again(&body.to_string()).unwrap_or_else(|error| panic!("{name}, {case}: {error}"));

            let [written, body] = [&written, &body].map(comparable);
            let differing: Vec<_> = fields[name]
                .iter()
                .filter(|field| written.get(field) != body.get(field))
                .collect();
            assert!(differing.is_empty(), "{name}, {case}: {differing:?}");
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_read() {
    let files: BTreeSet<String> = std::fs::read_dir(CORPUS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();

    let read: BTreeSet<String> = types().into_keys().map(str::to_owned).collect();

    assert_eq!(files, read);
}
