//! Conversion of the raw body of an authenticated delivery to the stored event. It never refuses a body.

use jiff::Timestamp;
use pluggy::{ClientId, Event};
use serde_json::json;
use store::{Body, EventKey, NewEvent, Origin, Quarantine};

/// Name of the event stored for a body that is not an event.
const UNPARSED: &str = "unparsed";
/// Name of an event that has none that can be read.
const UNNAMED: &str = "unnamed";
/// Maximum length of an event name. Pluggy's longest has 42 characters.
const MAX_NAME_CHARACTERS: usize = 128;

pub(crate) fn event(raw: &[u8], client_id: ClientId, now: Timestamp) -> NewEvent {
    match Event::parse(raw) {
        Some(event) => parsed(raw, &event, client_id, now),
        None => NewEvent {
            key: EventKey::of_unparsed(raw),
            name: UNPARSED.to_owned(),
            received_at: now,
            origin: Origin::Webhook,
            body: Some(Body::new(raw, Vec::new)),
            quarantine: Some(Quarantine::Unparsed),
        },
    }
}

fn parsed(raw: &[u8], event: &Event, client_id: ClientId, now: Timestamp) -> NewEvent {
    let is_foreign = event
        .client_id
        .as_ref()
        .is_some_and(|id| id.parse() != Ok(client_id));
    NewEvent {
        key: EventKey::of_event(&event.subject(), event.event_id.as_deref()),
        name: event
            .kind
            .present()
            .unwrap_or(UNNAMED)
            .chars()
            .take(MAX_NAME_CHARACTERS)
            .collect(),
        received_at: now,
        origin: Origin::Webhook,
        body: Some(Body::new(raw, || envelope(event))),
        quarantine: is_foreign.then_some(Quarantine::ForeignClientId),
    }
}

/// Returns the part to store of a body that does not fit into a row.
fn envelope(event: &Event) -> Vec<u8> {
    let envelope = json!({
        "event": event.kind,
        "eventId": event.event_id,
        "id": event.id,
        "itemId": event.item_id,
        "clientId": event.client_id,
        "clientUserId": event.client_user_id,
        "triggeredBy": event.triggered_by,
    });
    envelope.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "11111111-0000-4000-8000-000000000003";

    fn stored(body: &str) -> NewEvent {
        event(
            body.as_bytes(),
            OURS.parse().unwrap(),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn an_event_of_another_application_is_quarantined() {
        let foreign = stored(
            r#"{"event":"x","eventId":"1","clientId":"22222222-0000-4000-8000-000000000003"}"#,
        );
        let ours = stored(&format!(
            r#"{{"event":"x","eventId":"1","clientId":"{}"}}"#,
            OURS.to_uppercase()
        ));
        let silent = stored(r#"{"event":"x","eventId":"1"}"#);

        assert_eq!(foreign.quarantine, Some(Quarantine::ForeignClientId));
        assert_eq!((ours.quarantine, silent.quarantine), (None, None));
    }

    #[test]
    fn a_body_that_is_no_event_is_kept_under_its_digest() {
        let first = stored("not json");

        assert!(first.key.partition.starts_with("UNPARSED#"));
        assert_eq!(first.quarantine, Some(Quarantine::Unparsed));
        assert_eq!(first.key, stored("not json").key);
        assert_ne!(first.key, stored("not json either").key);
    }

    #[test]
    fn an_event_without_a_name_that_can_be_read_is_stored_where_it_belongs() {
        let item = "9a7b6c5d-0000-4000-8000-000000000001";
        for name in ["null", "7", r#""""#, "{}"] {
            let event = stored(&format!(
                r#"{{"event":{name},"eventId":"1","itemId":"{item}"}}"#
            ));

            assert_eq!((event.name.as_str(), event.quarantine), ("unnamed", None));
            assert_eq!(event.key.partition, format!("ITEM#{item}"));
            assert_eq!(event.key.sort, "1");
        }
    }

    #[test]
    fn a_name_of_any_length_fits_a_row() {
        let event = stored(&format!(r#"{{"event":"{}"}}"#, "é".repeat(10_000)));

        assert_eq!(event.name.chars().count(), MAX_NAME_CHARACTERS);
    }
}
