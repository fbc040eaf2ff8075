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

/// Each field with values of an unexpected shape.
fn odd_values() -> Vec<(&'static str, Value)> {
    let long_code = "A".repeat(65);
    let mut odd = vec![
        ("event", json!({"name": "onError"})),
        ("event", json!("on error")),
        ("event", json!("__proto__.x")),
        ("itemId", json!("9a7b6c5d")),
        ("itemId", json!("../../connectors/2")),
        ("item", json!([{"id": ITEM}])),
        ("item", json!({"id": [ITEM]})),
        ("data", json!({"item": 7})),
        ("data", json!({"item": {"id": "x"}})),
        ("data", json!([{"item": {"id": ITEM}}])),
        ("connectorId", json!("201")),
        ("connectorId", json!(-1)),
        ("connectorId", json!(2.5)),
        ("connectorId", json!(1_u64 << 40)),
        ("connector", json!(201)),
        ("connector", json!({"id": "201"})),
        ("code", json!(404)),
        ("code", json!("not a code")),
        ("code", json!(long_code)),
    ];
    for field in [
        "event",
        "timestamp",
        "itemId",
        "item",
        "data",
        "connectorId",
        "connector",
        "code",
        "message",
    ] {
        let shapes = [
            json!(null),
            json!(true),
            json!(-1.5),
            json!(""),
            json!([]),
            json!({}),
            json!({"id": null}),
            json!({"item": {"id": null}}),
        ];
        odd.extend(shapes.map(|shape| (field, shape)));
    }
    odd
}

#[test]
fn an_odd_value_is_absent_and_the_event_is_read_all_the_same() {
    for (field, value) in odd_values() {
        let event = parse(&with(field, value.clone())).unwrap();

        let name = if field == "event" { "other" } else { "onError" };
        assert_eq!(event, relayed(name), "{field} {value}");
    }
}

#[test]
fn an_odd_value_hides_no_other() {
    for (field, value) in odd_values() {
        let mut body = json!({
            "event": "onError", "timestamp": 1, "itemId": ITEM, "item": {"id": ITEM},
            "data": {"item": {"id": ITEM}}, "connectorId": 201, "connector": {"id": 201},
            "code": "INVALID_CREDENTIALS", "message": "m",
        });
        body[field] = value.clone();

        let event = parse(&body).unwrap();

        let name = if field == "event" { "other" } else { "onError" };
        let code = (field != "code").then(|| "INVALID_CREDENTIALS".to_owned());
        let expected = Relayed {
            name,
            item_id: Some(ITEM.parse().unwrap()),
            connector_id: Some(201),
            code,
        };
        assert_eq!(event, expected, "{field} {value}");
    }
}

#[test]
fn what_a_strict_parser_refuses_is_absent() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for odd in [r#""half \ud83d""#, "1e999", &deep] {
        for field in ["event", "timestamp", "item", "message", "unknown"] {
            let body = format!(r#"{{"event":"onOpen","itemId":"{ITEM}","{field}":{odd}}}"#);

            let event = Relayed::parse(&Body::from(body)).unwrap();

            let name = if field == "event" { "other" } else { "onOpen" };
            assert_eq!(
                (event.name, event.item_id),
                (name, Some(ITEM.parse().unwrap()))
            );
        }
    }
}

#[test]
fn a_body_without_anything_in_it_is_an_event_of_no_known_name() {
    for body in [
        "",
        " \n",
        "null",
        "{}",
        "[]",
        "[null]",
        "[7,{}]",
        r#"{"timestamp":1}"#,
        r#"["on open",null]"#,
    ] {
        let event = Relayed::parse(&Body::from(body)).unwrap();

        assert_eq!(event, relayed("other"), "{body}");
    }
    assert_eq!(Relayed::parse(&Body::Empty).unwrap(), relayed("other"));
}

#[test]
fn a_pair_may_lack_its_second_part_or_have_more() {
    for body in [
        r#"["onOpen"]"#,
        r#"["onOpen",null]"#,
        r#"["onOpen",1795435200000]"#,
        r#"["onOpen",{"timestamp":1},{}]"#,
    ] {
        let event = Relayed::parse(&Body::from(body)).unwrap();

        assert_eq!(event, relayed("onOpen"), "{body}");
    }
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
    for body in [
        "7",
        "true",
        r#""onOpen""#,
        "{",
        r#"{"event":"onOpen","timestamp":NaN}"#,
        r#"{"event":"onOpen","timestamp":Infinity}"#,
        r#"{"event":"onOpen","timestamp":1}{}"#,
        "\u{feff}{}",
        "event=onOpen&timestamp=1",
        &nested,
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
