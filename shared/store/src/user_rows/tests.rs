use super::*;
use crate::attributes::text;
use crate::{Body, NewEvent, Origin, Quarantine};
use jiff::SignedDuration;
use serde_json::json;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OURS: &str = "11111111-0000-4000-8000-000000000003";
const NOW: &str = "2026-11-23T12:00:00Z";
const LATER: &str = "2026-11-23T12:00:01Z";

fn event(body: &[u8], quarantine: Option<Quarantine>) -> ScannedEvent {
    let event = NewEvent {
        name: "item/updated".to_owned(),
        origin: Origin::Webhook,
        body: Some(Body::new(body, Vec::new)),
        quarantine,
        ..NewEvent::fetch_request(
            Target::Item(ITEM.parse().unwrap()),
            "1",
            Timestamp::UNIX_EPOCH,
        )
    };
    ScannedEvent::new(event.to_row(&event.key, SignedDuration::from_hours(1)))
}

fn concern(body: &str, quarantine: Option<Quarantine>) -> Concern {
    event(body.as_bytes(), quarantine).concern(&"usr_1".parse().unwrap(), OURS.parse().unwrap())
}

fn exported(body: &[u8]) -> UserRow {
    event(body, None).into_user_row(NOW.parse().unwrap())
}

fn left_out(value: &Value) -> (Value, BTreeSet<String>) {
    let (mut value, mut left_out) = (value.clone(), BTreeSet::new());
    leave_out_logins(&mut value, "it", NOW.parse().unwrap(), &mut left_out);
    (value, left_out)
}

#[test]
fn an_event_concerns_the_user_whom_it_names_else_the_owner_of_its_item() {
    let owner = Concern::OwnerOf(ITEM.parse().unwrap());
    for (body, expected) in [
        (r#"{"clientUserId":"usr_1"}"#, Concern::Names),
        (r#"{"data":[{"clientUserId":"usr_1"}]}"#, Concern::Names),
        (r#"{"clientUserId":"usr_2"}"#, Concern::None),
        (r#"{"clientUserId":"usr_12"}"#, Concern::None),
        (r#"{"event":"usr_1"}"#, owner),
        ("not JSON", owner),
        ("", owner),
    ] {
        assert_eq!(concern(body, None), expected, "{body}");
    }
}

#[test]
fn an_event_of_another_application_concerns_nobody() {
    let foreign = Some(Quarantine::ForeignClientId);
    let of = |client_id: &str| {
        format!(r#"{{"event":"item/updated","clientId":"{client_id}","clientUserId":"usr_1"}}"#)
    };

    assert_eq!(concern(&of(ITEM), foreign), Concern::None);
    assert_eq!(concern(&of(OURS), foreign), Concern::Names);
    assert_eq!(
        concern(&of(ITEM), Some(Quarantine::Unparsed)),
        Concern::Names
    );
}

#[test]
fn a_body_that_names_two_users_is_left_out() {
    let both = exported(br#"{"data":[{"clientUserId":"usr_1"},{"clientUserId":"usr_2"}]}"#);

    assert_eq!(both.attributes.get(BODY), None);
    assert_eq!(both.left_out, BTreeSet::from([BODY.to_owned()]));
}

#[test]
fn a_body_is_json_unless_it_is_none_or_too_long() {
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_JSON_BODY));
    let with_link = long.replace(
        r#"{"a""#,
        r#"{"type":"oauth","data":"https://bank.example.com","a""#,
    );

    assert_eq!(exported(b"[1]").attributes[BODY], json!([1]));
    for text in [b"1".as_slice(), b"\"e30=\""] {
        assert_eq!(exported(text).attributes[BODY], STANDARD.encode(text));
    }
    let unreadable = exported(b"\xff");
    assert_eq!(unreadable.left_out, BTreeSet::from([BODY.to_owned()]));
    let cut = exported(br#"{"error":"termos \ud83d"}"#);
    assert_eq!(cut.attributes[BODY], json!({"error": "termos \u{fffd}"}));
    let stored = exported(long.as_bytes());
    assert!(stored.length() < MAX_JSON_BODY);
    assert_eq!(stored.attributes["bodyEncoding"], "gzip");
    assert!(stored.attributes[BODY].is_string());
    let without = exported(with_link.as_bytes());
    assert_eq!(without.left_out, BTreeSet::from([BODY.to_owned()]));
}

#[test]
fn what_still_opens_a_login_is_left_out_at_any_depth() {
    let login = |expires_at: Value| json!({"parameter": {"type": "oauth", "data": "https://bank.example.com", "expiresAt": expires_at}});
    let action = |expires_at: Value| json!({"list": [{"userAction": {"attributes": {"data": "x"}, "expiresAt": expires_at}}]});

    for valid in [json!(LATER), json!(null), json!("soon")] {
        let (value, paths) = left_out(&login(valid.clone()));
        assert_eq!(value["parameter"].get("data"), None, "{valid}");
        assert_eq!(paths, BTreeSet::from(["it.parameter.data".to_owned()]));
        let (value, paths) = left_out(&action(valid));
        assert_eq!(value["list"][0]["userAction"].get("attributes"), None);
        assert_eq!(
            paths,
            BTreeSet::from(["it.list.userAction.attributes".to_owned()])
        );
    }
    for expired in [login(json!(NOW)), action(json!(NOW))] {
        assert_eq!(left_out(&expired), (expired.clone(), BTreeSet::new()));
    }
    let image = json!({"type": "image", "data": "aW1hZ2U=", "expiresAt": LATER});
    assert_eq!(left_out(&image).0, image);
}

#[test]
fn an_attribute_is_json_only_if_it_is_a_document() {
    let row = Row::from([
        ("owner".to_owned(), text(r#"{"a":1}"#)),
        ("connector".to_owned(), text(r#"{"a":1}"#)),
        ("error".to_owned(), text("{")),
        ("of a later version".to_owned(), AttributeValue::Null(true)),
        ("fetchedAt".to_owned(), AttributeValue::N("17".to_owned())),
    ]);

    let row = UserRow::new(UserTable::Items, row, NOW.parse().unwrap());

    assert_eq!(
        Value::Object(row.attributes),
        json!({
            "owner": r#"{"a":1}"#, "connector": {"a": 1}, "error": "{",
            "of a later version": null, "fetchedAt": 17,
        })
    );
}
