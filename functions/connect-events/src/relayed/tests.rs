//! Tests of every accepted form of a relayed event and of invalid bodies.

use serde_json::json;

use super::*;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000002";

fn parse(body: &Value) -> Result<Relayed, Problem> {
    Relayed::parse(&Body::from(body.to_string()))
}

fn refused_field(body: &str) -> String {
    let problem = Relayed::parse(&Body::from(body)).unwrap_err();
    let problem = serde_json::to_value(problem).unwrap();
    assert_eq!(problem["status"], 400);
    problem["field"].as_str().unwrap_or_default().to_owned()
}

/// Returns an event with one more field.
fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"event": "onError", "timestamp": 1_795_435_200_000_u64});
    body[field] = value;
    body
}

fn relayed(name: &'static str) -> Relayed {
    Relayed {
        name,
        item_id: None,
        connector_id: None,
        code: None,
    }
}

#[test]
fn an_object_and_the_older_pair_are_the_same() {
    let object = json!({"event": "LOGIN_SUCCESS", "timestamp": 1, "itemId": ITEM});
    let pair = json!(["LOGIN_SUCCESS", {"timestamp": 1, "itemId": ITEM}]);

    let expected = Relayed {
        item_id: Some(ITEM.parse().unwrap()),
        ..relayed("LOGIN_SUCCESS")
    };
    assert_eq!(parse(&object).unwrap(), expected);
    assert_eq!(parse(&pair).unwrap(), expected);
}

#[test]
fn the_name_of_a_pair_is_its_first_part() {
    let event = parse(&json!(["onOpen", {"timestamp": 1, "event": "onClose"}])).unwrap();

    assert_eq!(event, relayed("onOpen"));
}

#[test]
fn an_item_is_found_wherever_the_widget_puts_it() {
    let item = json!({"id": ITEM, "status": "UPDATED", "clientUserId": 7, "connector": []});
    for (field, value) in [
        ("itemId", json!(ITEM.to_uppercase())),
        ("item", item.clone()),
        ("data", json!({ "item": item })),
    ] {
        let event = parse(&with(field, value)).unwrap();

        assert_eq!(event.item_id, Some(ITEM.parse().unwrap()), "{field}");
    }
}

#[test]
fn a_connector_is_its_id() {
    let bank = json!({"id": 201, "name": "Bank", "credentials": null});

    let flat = parse(&with("connectorId", json!(201))).unwrap();
    let nested = parse(&with("connector", bank)).unwrap();

    assert_eq!(
        (flat.connector_id, nested.connector_id),
        (Some(201), Some(201))
    );
}

#[test]
fn null_is_the_same_as_absent() {
    for field in [
        "itemId",
        "item",
        "data",
        "connectorId",
        "connector",
        "code",
        "message",
    ] {
        let event = parse(&with(field, Value::Null)).unwrap();

        assert_eq!(event, relayed("onError"), "{field}");
    }
    let event = parse(&with("data", json!({"item": null}))).unwrap();
    assert_eq!(event, relayed("onError"));
}

#[test]
fn a_time_is_milliseconds_up_to_the_year_9999() {
    for timestamp in ["0", "1795435200000", "1795435200000.25", "253402300799999"] {
        let body = format!(r#"["onOpen",{{"timestamp":{timestamp}}}]"#);

        assert!(Relayed::parse(&Body::from(body)).is_ok(), "{timestamp}");
    }
    for timestamp in [
        "-1",
        "253402300800000",
        "1e300",
        r#""1795435200000""#,
        "null",
        "[1]",
        "true",
    ] {
        let body = format!(r#"["onOpen",{{"timestamp":{timestamp}}}]"#);

        assert_eq!(refused_field(&body), "timestamp", "{timestamp}");
    }
}

#[test]
fn the_field_that_is_wrong_is_named() {
    let long_code = "A".repeat(65);
    let cases = [
        ("event", json!(null), "event"),
        ("event", json!({"name": "onError"}), "event"),
        ("event", json!("on error"), "event"),
        ("timestamp", json!(null), "timestamp"),
        ("itemId", json!(7), "itemId"),
        ("itemId", json!("9a7b6c5d"), "itemId"),
        ("item", json!(ITEM), "item"),
        ("item", json!([{"id": ITEM}]), "item"),
        ("item", json!({}), "item.id"),
        ("item", json!({"id": null}), "item.id"),
        ("item", json!({"id": [ITEM]}), "item.id"),
        ("data", json!("x"), "data"),
        ("data", json!({"item": 7}), "data.item"),
        ("data", json!({"item": {"id": "x"}}), "data.item.id"),
        ("connectorId", json!("201"), "connectorId"),
        ("connectorId", json!(-1), "connectorId"),
        ("connectorId", json!(2.5), "connectorId"),
        ("connectorId", json!(1_u64 << 40), "connectorId"),
        ("connector", json!(201), "connector"),
        ("connector", json!({}), "connector.id"),
        ("connector", json!({"id": "201"}), "connector.id"),
        ("code", json!(404), "code"),
        ("code", json!(""), "code"),
        ("code", json!("not a code"), "code"),
        ("code", json!(long_code), "code"),
        ("message", json!({"text": "x"}), "message"),
    ];
    for (field, value, named) in cases {
        let body = with(field, value).to_string();
        assert_eq!(refused_field(&body), named, "{body}");
    }
    assert_eq!(refused_field(r#"{"timestamp":1}"#), "event");
    assert_eq!(refused_field(r#"[7,{"timestamp":1}]"#), "event");
    assert_eq!(refused_field(r#"{"event":"onOpen"}"#), "timestamp");
}

#[test]
fn an_event_is_about_one_item() {
    let both = |one: &str, other: &str| {
        let mut body = with("itemId", json!(one));
        body["item"] = json!({ "id": other });
        body
    };
    let mut third = both(ITEM, ITEM);
    third["data"] = json!({"item": {"id": OTHER_ITEM}});

    assert!(parse(&both(ITEM, &ITEM.to_uppercase())).is_ok());
    assert_eq!(
        refused_field(&both(ITEM, OTHER_ITEM).to_string()),
        "item.id"
    );
    assert_eq!(refused_field(&third.to_string()), "data.item.id");
}

#[test]
fn what_has_neither_form_is_refused_as_a_whole() {
    let nested = "[".repeat(30_000);
    let closed = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let in_item = format!(r#"{{"event":"onOpen","timestamp":1,"item":{closed}}}"#);
    for body in [
        "",
        "null",
        "7",
        "[]",
        r#""onOpen""#,
        r#"["onOpen"]"#,
        r#"["onOpen",null]"#,
        r#"["onOpen",1795435200000]"#,
        r#"["onOpen",{"timestamp":1},{}]"#,
        r#"{"event":"onOpen","timestamp":NaN}"#,
        r#"{"event":"onOpen","timestamp":Infinity}"#,
        r#"{"event":"onOpen","timestamp":1e999}"#,
        r#"{"event":"onOpen","timestamp":1}{}"#,
        "event=onOpen&timestamp=1",
        &nested,
        &in_item,
    ] {
        assert_eq!(refused_field(body), "", "{body:.60}");
    }
    assert!(Relayed::parse(&Body::from(&[0xff, 0xfe][..])).is_err());
}

#[test]
fn a_body_of_64_kib_is_read_and_a_longer_one_is_not() {
    let body = |length: usize| {
        let frame = r#"{"event":"onOpen","timestamp":1,"message":""}"#.len();
        let message = "x".repeat(length - frame);
        format!(r#"{{"event":"onOpen","timestamp":1,"message":"{message}"}}"#)
    };

    assert!(Relayed::parse(&Body::from(body(64 * 1024))).is_ok());
    assert_eq!(refused_field(&body(64 * 1024 + 1)), "");
}

#[test]
fn fields_that_nobody_asked_for_are_ignored() {
    let event = parse(&with("clientUserId", json!({"cpf": "111.222.333-96"}))).unwrap();

    assert_eq!(event, relayed("onError"));
}

#[test]
fn of_a_repeated_field_the_last_one_counts() {
    let body = format!(
        r#"{{"event":"onOpen","event":"onClose","timestamp":1,"itemId":"{OTHER_ITEM}","itemId":"{ITEM}"}}"#
    );

    let event = Relayed::parse(&Body::from(body)).unwrap();

    assert_eq!(event.name, "onClose");
    assert_eq!(event.item_id, Some(ITEM.parse().unwrap()));
}
