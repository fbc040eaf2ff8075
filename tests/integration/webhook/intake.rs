//! Authenticated deliveries. Their bodies are stored byte for byte, whatever they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use runtime::clock::now;
use serde_json::Value;
use tests::deployment::WEBHOOK_SECRET_SHA256;
use tests::tables::Row;
use tests::{Deployment, sample};

use super::raw_body;

/// A length that does not fit a row. `tests/support/hostile` has the longest body that Lambda passes on.
const TOO_LONG: usize = 512 * 1024;

/// Returns the only row of a body that Lambda passes on in base64.
async fn row_of(body: &[u8]) -> Row {
    let mut event = sample::json("webhook/item-created.json");
    event["body"] = STANDARD.encode(body).into();
    event["isBase64Encoded"] = true.into();
    row_of_event(&event).await
}

async fn row_of_event(event: &Value) -> Row {
    let deployment = Deployment::start().await;
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);

    let answer = webhook::handle(Some(&app), sample::request_of(event), now()).await;

    assert_eq!(answer.status(), 200);
    let mut rows = deployment.tables.event_rows().await;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn noise(length: usize) -> Vec<u8> {
    // A linear congruential generator: bytes that do not compress.
    let mut state = 1_u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(length)
    .collect()
}

#[tokio::test]
async fn an_event_with_odd_fields_is_stored_under_its_subject() {
    let item = "ITEM#9a7b6c5d-0000-4000-8000-000000000001";
    let cases = [
        // Numbers where strings are usual.
        (
            r#"{"event":"item/updated","eventId":42,"itemId":"9a7b6c5d-0000-4000-8000-000000000001","clientUserId":7}"#,
            item,
            "42",
        ),
        (
            r#"{"event":"connector/status_updated","eventId":"e","connectorId":201.0}"#,
            "CONNECTOR#201.0",
            "e",
        ),
        // No `id`, no `clientUserId`, nulls.
        (
            r#"{"event":"item/updated","eventId":"e","itemId":"9a7b6c5d-0000-4000-8000-000000000001"}"#,
            item,
            "e",
        ),
        (
            r#"{"event":"item/error","eventId":"e","itemId":"9a7b6c5d-0000-4000-8000-000000000001","id":null,"error":null,"clientUserId":null,"triggeredBy":null}"#,
            item,
            "e",
        ),
        (
            r#"{"event":"item/updated","eventId":"e","itemId":null}"#,
            "EVENT#e",
            "e",
        ),
        // Fields that Pluggy may add.
        (
            r#"{"event":"item/updated","eventId":"e","itemId":"9a7b6c5d-0000-4000-8000-000000000001","v":{"x":[1,{"y":null}]},"triggeredBy":"ROBOT"}"#,
            item,
            "e",
        ),
        (
            r#"{"event":"item/frozen","eventId":"e","itemId":"9a7b6c5d-0000-4000-8000-000000000001"}"#,
            item,
            "e",
        ),
        (r#"{"event":"","eventId":"e"}"#, "EVENT#e", "e"),
        // Other spellings of an id.
        (
            r#"{"event":"item/updated","eventId":"E","itemId":"9A7B6C5D-0000-4000-8000-000000000001"}"#,
            item,
            "E",
        ),
        (
            " \r\n\t{\"event\":\"item/updated\",\"eventId\":\"e\"} \n",
            "EVENT#e",
            "e",
        ),
        // Texts in the place of ids that are not ids.
        (
            r#"{"event":"item/updated","eventId":"e","itemId":"../../connectors"}"#,
            "ITEM#../../connectors",
            "e",
        ),
        (
            r#"{"event":"item/updated","eventId":"e","itemId":["9a7b6c5d-0000-4000-8000-000000000001"]}"#,
            "EVENT#e",
            "e",
        ),
    ];
    for (body, partition, sort) in cases {
        let row = row_of(body.as_bytes()).await;

        assert_eq!(row["pk"].as_s().unwrap(), partition, "{body}");
        assert_eq!(row["sk"].as_s().unwrap(), sort, "{body}");
        assert!(!row.contains_key("quarantine"), "{body}");
        assert_eq!(raw_body(&row), body.as_bytes(), "{body}");
    }
}

#[tokio::test]
async fn what_a_strict_parser_refuses_does_not_hide_the_event() {
    let deep = format!("{}1{}", r#"{"a":["#.repeat(10_000), "]}".repeat(10_000));
    let deep = format!(r#"{{"event":"item/error","eventId":"e","error":{deep}}}"#);
    let cases: [(&[u8], &str); 9] = [
        (
            br#"{"event":"item/error","eventId":"e","error":{"code":"X","message":"termos \ud83d"}}"#,
            "item/error",
        ),
        (br#"{"event":"item/\ud800","eventId":"e"}"#, "item/\u{fffd}"),
        (b"{\"event\":\"item/\xff\",\"eventId\":\"e\"}", "item/\u{fffd}"),
        (
            b"{\"event\":\"item/updated\",\"eventId\":\"e\",\"error\":{\"message\":\"\xed\xa0\xbd\"}}",
            "item/updated",
        ),
        (
            br#"{"event":"item/updated","event":"item/deleted","eventId":"e"}"#,
            "item/deleted",
        ),
        (
            br#"{"event":"item/updated","eventId":"e","connectorId":1e400}"#,
            "item/updated",
        ),
        (br#"{"event":null,"eventId":"e"}"#, "unnamed"),
        (br#"{"event":["item/updated"],"eventId":"e"}"#, "unnamed"),
        (deep.as_bytes(), "item/error"),
    ];
    for (body, name) in cases {
        let row = row_of(body).await;

        assert_eq!(row["pk"].as_s().unwrap(), "EVENT#e", "{name}");
        assert_eq!(row["sk"].as_s().unwrap(), "e", "{name}");
        assert_eq!(row["event"].as_s().unwrap(), name);
        assert!(!row.contains_key("quarantine"), "{name}");
        assert_eq!(raw_body(&row), body, "{name}");
    }
}

#[tokio::test]
async fn deep_nesting_does_not_hide_the_event() {
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let start = br#"{"event":"item/updated","eventId":"e","x":"#;
    let body = [start, deep.as_slice(), b"}"].concat();

    let row = row_of(&body).await;

    assert_eq!(row["pk"].as_s().unwrap(), "EVENT#e");
    assert_eq!(raw_body(&row), body);
}

#[tokio::test]
async fn a_body_that_is_no_event_is_stored_as_received() {
    let bodies: [&[u8]; 13] = [
        b"",
        b" ",
        b"\0\0\0",
        b"null",
        b"true",
        b"42",
        b"\"item/updated\"",
        b"[]",
        br#"["item/updated"]"#,
        b"{}",
        br#"{"event":"item/updated","eventId":"#,
        // A byte order mark.
        b"\xef\xbb\xbf{\"event\":\"item/updated\",\"eventId\":\"1\"}",
        // Nothing that an event has.
        br#"{"type":"item/updated"}"#,
    ];
    for body in bodies {
        let row = row_of(body).await;

        assert!(row["pk"].as_s().unwrap().starts_with("UNPARSED#"));
        assert_eq!(row["quarantine"].as_s().unwrap(), "unparsed");
        assert_eq!(raw_body(&row), body);
    }
}

#[tokio::test]
async fn a_delivery_without_a_body_is_stored() {
    let mut event = sample::json("webhook/item-created.json");
    for body in [Value::Null, "".into()] {
        event["body"] = body;

        assert_eq!(raw_body(&row_of_event(&event).await), b"");
    }
}

#[tokio::test]
async fn a_body_that_fits_no_row_is_stored_by_its_digest() {
    let body = noise(TOO_LONG);

    let row = row_of(&body).await;

    assert!(row["truncated"].as_bool().unwrap());
    assert!(row.contains_key("bodySha256"));
}

#[tokio::test]
async fn a_large_event_keeps_its_subject() {
    let ids: Vec<String> = noise(TOO_LONG)
        .chunks(16)
        .map(|id| STANDARD.encode(id))
        .collect();
    let item_id = "9a7b6c5d-0000-4000-8000-000000000001";
    let body = serde_json::json!({
        "event": "transactions/updated", "eventId": "e", "itemId": item_id, "transactionIds": ids,
    });

    let row = row_of(body.to_string().as_bytes()).await;

    assert_eq!(row["pk"].as_s().unwrap(), &format!("ITEM#{item_id}"));
    assert!(row["truncated"].as_bool().unwrap());
    let envelope: Value = serde_json::from_slice(&raw_body(&row)).unwrap();
    assert_eq!(envelope["itemId"], item_id);
    assert_eq!(envelope["event"], "transactions/updated");
}
