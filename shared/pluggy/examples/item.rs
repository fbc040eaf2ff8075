//! Reads a response of `GET /items/{id}`: `cargo run --package pluggy --example item`.

#![expect(clippy::print_stdout, reason = "an example shows what it reads")]

use pluggy::Item;

const RESPONSE: &str = r#"{
    "id": "9a7b6c5d-0000-4000-8000-000000000001",
    "status": "UPDATED",
    "executionStatus": "PARTIAL_SUCCESS",
    "connector": { "id": 2, "name": "Pluggy Bank" },
    "createdAt": "2026-11-23T12:00:00.000Z",
    "nextAutoSyncAt": ["a field of an unexpected shape"]
}"#;

fn main() -> Result<(), serde_json::Error> {
    let item: Item = serde_json::from_str(RESPONSE)?;
    println!("{} {} {}", item.id, item.status, item.execution_status);
    // What cannot be read counts as absent; the state beside it is known all the same.
    println!("next auto-sync: {:?}", item.next_auto_sync_at);
    Ok(())
}
