//! Reads the body of a webhook: `cargo run --package pluggy --example webhook`.

#![expect(clippy::print_stdout, reason = "an example shows what it reads")]

use pluggy::{Event, EventKind, Payload};

const BODY: &[u8] = br#"{
    "event": "item/error",
    "eventId": "3f0c0f5e-7d9e-4a0b-8b0e-1f1a2b3c4d02",
    "itemId": "9a7b6c5d-0000-4000-8000-000000000001",
    "clientUserId": "usr_1",
    "error": { "code": "USER_AUTHORIZATION_PENDING", "message": "User authorization pending" }
}"#;

fn main() {
    let Some(event) = Event::parse(BODY) else {
        println!("not an event");
        return;
    };
    println!("event {} of {:?}", event.kind, event.subject());
    if let Payload::Item {
        error: Some(error), ..
    } = event.payload()
    {
        println!("failed with {}", error.code.as_deref().unwrap_or("no code"));
    }
    // A kind that this version does not know is kept as it came.
    let unknown = EventKind::from("item/teleported".to_owned());
    println!("unknown, and kept: {unknown}");
}
