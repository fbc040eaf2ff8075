//! The property of events.

use pluggy::Event;
use store::{EventKey, EventRow, Owner, Provenance, Target};

use crate::receiver::{post, with_secret};
use crate::row::{Row, text};

/// The maximum length of a name in a row.
const MAX_NAME_CHARACTERS: usize = 128;
/// The name in the row of an event that has none that can be read.
const UNNAMED: &str = "unnamed";

/// Checks any event. The webhook stores what it reads unchanged, the row's key depends only on the event, and item-sync
/// reads from the row what the webhook stored.
pub fn envelope(raw: &[u8]) {
    let event = Event::parse(raw);
    if let Some(event) = &event {
        let again = serde_json::to_vec(event).unwrap();
        assert_eq!(Event::parse(&again).as_ref(), Some(event));
    }
    for row in post(with_secret(), raw).rows {
        match &event {
            Some(event) => assert_is_row_of(&row, event),
            None => assert!(text(&row, "pk").unwrap().starts_with("UNPARSED#")),
        }
        let record = EventRow::from_image(row.clone().into()).unwrap();
        let is_to_be_synced =
            event.is_some() && target(&row).is_some() && !row.contains_key("quarantine");
        assert_eq!(record.fetch_target().is_some(), is_to_be_synced);
        if let Some(event) = event.as_ref().filter(|_| is_to_be_synced) {
            assert_is_record_of(&record, &row, event);
        }
    }
}

fn assert_is_row_of(row: &Row, event: &Event) {
    let key = EventKey::of_event(&event.subject(), event.event_id.as_deref());
    if event.event_id.is_some() {
        assert_eq!(text(row, "pk"), Some(key.partition.as_str()));
        assert_eq!(text(row, "sk"), Some(key.sort.as_str()));
    }
    let name = event.kind.present().unwrap_or(UNNAMED);
    let name: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
    assert_eq!(text(row, "event"), Some(name.as_str()));
}

fn assert_is_record_of(record: &EventRow, row: &Row, event: &Event) {
    assert_eq!(record.fetch_target(), target(row));
    if event.kind.is_absent() {
        assert_eq!(record.kind.as_str(), UNNAMED);
    } else if event.kind.as_str().chars().count() <= MAX_NAME_CHARACTERS {
        assert_eq!(record.kind, event.kind);
    }
    let names_the_user = event.kind.as_str().starts_with("item/");
    let user = event.client_user_id.as_ref().filter(|_| names_the_user);
    assert_eq!(
        record.named_owner(),
        user.and_then(|id| id.parse().ok()).map(|user| Owner {
            user,
            provenance: Provenance::Event,
        }),
        "the user of {}",
        event.kind
    );
}

fn target(row: &Row) -> Option<Target> {
    let (prefix, id) = text(row, "pk")?.split_once('#')?;
    match prefix {
        "ITEM" => id.parse().ok().map(Target::Item),
        "CONNECTOR" => id.parse().ok().map(Target::Connector),
        _ => None,
    }
}
