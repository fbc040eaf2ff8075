//! Bus events of a webhook: Pluggy's body, and the time of its arrival. Half of a character in the body, such
//! as `\ud83d` alone, is replaced: strict parsers of consumers refuse it.

use jiff::Timestamp;
use pluggy::{ItemId, without_lone_surrogates};
use runtime::bus::SCHEMA_VERSION;
use serde::Serialize;
use serde_json::value::RawValue;
use store::{EventRow, Target};

use crate::detail_type;
use crate::entry::{Entry, MAX_BYTES};
use crate::event_id;

/// The `detail`, as docs/reference/events/webhook.v1.schema.json describes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    schema_version: u32,
    id: &'a str,
    event: &'a str,
    received_at: Timestamp,
    item_id: Option<ItemId>,
    body: Option<&'a RawValue>,
    truncated: bool,
    body_reference: Option<BodyReference<'a>>,
}

/// Reference to a body that does not fit an event, or is not JSON.
#[derive(Debug, Serialize)]
struct BodyReference<'a> {
    table: &'a str,
    key: Key<'a>,
}

#[derive(Debug, Serialize)]
struct Key<'a> {
    pk: &'a str,
    sk: &'a str,
}

/// Returns the entry for a webhook in `table`.
pub(crate) fn entry(webhook: &EventRow, body: &[u8], table: &str) -> Entry {
    let id = event_id::of_webhook(&webhook.key);
    let body = str::from_utf8(body).ok();
    let body = body.map(without_lone_surrogates);
    let body: Option<&RawValue> = body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok());
    let detail = Detail {
        schema_version: SCHEMA_VERSION,
        id: &id,
        event: webhook.kind.as_str(),
        received_at: webhook.received_at,
        item_id: item_id(webhook),
        body,
        truncated: webhook.is_truncated,
        body_reference: None,
    };
    let detail_type = detail_type::webhook(webhook.kind.as_str());
    let whole = Entry::new(&id, detail_type, webhook.received_at, &detail);
    if body.is_some() && whole.size() <= MAX_BYTES {
        return whole;
    }
    let reference = BodyReference {
        table,
        key: Key {
            pk: &webhook.key.partition,
            sk: &webhook.key.sort,
        },
    };
    let without_body = Detail {
        body: None,
        body_reference: Some(reference),
        ..detail
    };
    Entry::new(&id, whole.detail_type, whole.time, &without_body)
}

fn item_id(webhook: &EventRow) -> Option<ItemId> {
    match webhook.target() {
        Some(Target::Item(item_id)) => Some(item_id),
        Some(Target::Connector(_)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use store::{EventKey, Origin};

    fn webhook() -> EventRow {
        EventRow {
            key: EventKey {
                partition: "ITEM#9a7b6c5d-0000-4000-8000-000000000001".to_owned(),
                sort: "1".to_owned(),
            },
            kind: "transactions/created".to_owned().into(),
            received_at: "2026-11-23T12:00:00.123Z".parse().unwrap(),
            origin: Origin::Webhook,
            quarantine: None,
            body: None,
            is_truncated: false,
        }
    }

    fn entry_of(body: impl AsRef<[u8]>) -> Entry {
        entry(&webhook(), body.as_ref(), "EventTable")
    }

    fn detail(entry: &Entry) -> Value {
        serde_json::from_str(&entry.detail).unwrap()
    }

    #[test]
    fn a_body_is_passed_on_to_the_digit() {
        let body = r#"{ "event":"x", "amount": 0.10000000000000000001, "count": 1e400 }"#;

        let entry = entry_of(body);

        assert!(entry.detail.contains(body), "{}", entry.detail);
        assert_eq!(entry.detail_type, "webhook.transactions/created");
        assert_eq!(entry.time, webhook().received_at);
    }

    #[test]
    fn half_of_a_character_is_replaced_and_all_else_passed_on() {
        let body =
            r#"{ "event":"x", "message":"termos \ud83d", "whole":"\ud83d\ude42", "count":1e400 }"#;

        let entry = entry_of(body);

        let passed_on = body.replace(r"termos \ud83d", r"termos \ufffd");
        assert!(entry.detail.contains(&passed_on), "{}", entry.detail);
    }

    #[test]
    fn a_body_that_does_not_fit_is_referred_to() {
        let fits = |length: usize| {
            let body = json!({ "event": "x", "filler": "x".repeat(length) }).to_string();
            let entry = entry_of(&body);
            assert!(entry.size() <= MAX_BYTES);
            !detail(&entry)["body"].is_null()
        };
        let room = MAX_BYTES - entry_of(r#"{"event":"x","filler":""}"#).size();
        assert!(fits(room));
        assert!(!fits(room + 1));

        let body = json!({ "event": "x", "filler": "x".repeat(MAX_BYTES) }).to_string();
        let entry = entry_of(&body);

        assert_eq!(
            detail(&entry)["bodyReference"],
            json!({"table": "EventTable", "key": {"pk": "ITEM#9a7b6c5d-0000-4000-8000-000000000001", "sk": "1"}})
        );
    }

    #[test]
    fn a_body_that_is_no_text_is_referred_to() {
        let entry = entry_of(b"{\"event\":\"x\",\"name\":\"\xff\"}");

        assert!(detail(&entry)["body"].is_null());
        assert_eq!(detail(&entry)["bodyReference"]["key"]["sk"], "1");
    }

    #[test]
    fn a_row_has_one_id() {
        let (first, mut other) = (webhook(), webhook());

        assert_eq!(entry(&first, b"{}", "a").id, entry(&other, b"{}", "b").id);
        other.key.sort = "2".to_owned();
        assert_ne!(entry(&first, b"{}", "a").id, entry(&other, b"{}", "a").id);
    }
}
