//! Other items, whose events share the batches of the history's item. No gate stops their fetches, which run beside
//! that of the item. [`check`] must catch the bug `a-batch-leaves-an-item-out` of `seeded_bugs.toml`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use pluggy::ItemId;
use serde_json::{Value, json};

use crate::checks::ensure;
use crate::testbed::Testbed;

/// The largest number of other items in a batch.
pub(crate) const NEIGHBORS: usize = 3;
/// Their owner.
const OWNER: &str = "usr_7";
/// The id of each begins with it, and no other id does.
const PREFIX: &str = "9a7b6c5d-0000-4001-8000-00000000000";

/// Returns the id of the n-th one.
pub(crate) fn item_id(number: usize) -> ItemId {
    format!("{PREFIX}{number}").parse().unwrap()
}

/// Whether a request to the table is about one of them or about a connector. Their fetches run beside that of the
/// history's item, and a gate stops one thing at a time.
pub(crate) fn are_written_in(request: &str) -> bool {
    request.contains(PREFIX) || request.contains(r#""S":"CONNECTOR#"#)
}

/// Whether it is the id of one of them.
pub(crate) fn have(item_id: &str) -> bool {
    item_id.starts_with(PREFIX)
}

/// Returns the event that Pluggy delivers about the n-th one.
pub(crate) fn event(number: usize) -> Value {
    json!({
        "event": "item/updated", "eventId": format!("neighbor-{number}"), "itemId": item_id(number),
        "clientUserId": OWNER,
    })
}

/// Returns Pluggy's response about one of them.
pub(crate) fn body(item_id: &str, now: Timestamp) -> Value {
    json!({
        "id": item_id, "status": "UPDATED", "executionStatus": "SUCCESS", "clientUserId": OWNER,
        "createdAt": now, "updatedAt": now, "lastUpdatedAt": now,
    })
}

/// Checks the first `count` after an invocation that had their events and ended. Returns how many were fetched. The
/// others were put off, because the history's item reached a limit or used up the time.
pub(crate) async fn check(testbed: &Testbed, count: usize) -> Result<usize, String> {
    let items = testbed.tables.item_store();
    let mut fetched = 0;
    for number in 0..count {
        let row = items.get(item_id(number)).await.unwrap();
        let row = row.ok_or("no item beside the history's is lost")?;
        let is_owned = row.user().is_some_and(|user| user.as_str() == OWNER);
        ensure(
            is_owned && row.schedule.next_fetch_at.is_some(),
            "an item beside the history's has its owner and a next fetch",
        )?;
        fetched += usize::from(row.snapshot().is_some());
    }
    Ok(fetched)
}

/// Deletes their rows, so that the scheduler finds none due.
pub(crate) async fn forget(testbed: &Testbed) {
    let tables = &testbed.tables;
    for number in 0..NEIGHBORS {
        let key = AttributeValue::S(format!("ITEM#{}", item_id(number)));
        let delete = tables.client.delete_item().table_name(&tables.items);
        delete.key("pk", key).send().await.unwrap();
    }
}
