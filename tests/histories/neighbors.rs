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
/// Prefix of the id of each. No other id begins with it.
const PREFIX: &str = "9a7b6c5d-0000-4001-8000-00000000000";

/// Returns the id of the n-th one.
pub(crate) fn item_id(number: usize) -> ItemId {
    format!("{PREFIX}{number}").parse().unwrap()
}

/// Returns the owner of the n-th one.
fn owner(number: usize) -> String {
    format!("usr_7{number}")
}

/// Whether a request to the table is about one of them or about a connector. Their fetches run beside that of the
/// history's item, and a gate stops one thing at a time. A connector's row is written after the item's, and no other
/// state depends on it.
pub(crate) fn is_beside_the_item(request: &str) -> bool {
    request.contains(PREFIX) || request.contains(r#""S":"CONNECTOR#"#)
}

/// Whether it is the id of one of them.
pub(crate) fn is_neighbor(item_id: &str) -> bool {
    item_id.starts_with(PREFIX)
}

/// Returns the event that Pluggy delivers about the n-th one.
pub(crate) fn event(number: usize) -> Value {
    json!({
        "event": "item/updated", "eventId": format!("neighbor-{number}"), "itemId": item_id(number),
        "clientUserId": owner(number),
    })
}

/// Returns Pluggy's response about one of them.
pub(crate) fn body(item_id: &str, now: Timestamp) -> Value {
    let number = item_id.trim_start_matches(PREFIX).parse().unwrap();
    json!({
        "id": item_id, "status": "UPDATED", "executionStatus": "SUCCESS", "clientUserId": owner(number),
        "connector": {"id": 100 + number, "name": "Bank"},
        "createdAt": now, "updatedAt": now, "lastUpdatedAt": now,
    })
}

/// Checks the first `count` after an invocation that had their events, found no rows of theirs, and ended. Returns how many
/// were fetched. The others were deferred, because the history's item reached a limit or used up the time.
pub(crate) async fn check(testbed: &Testbed, count: usize) -> Result<usize, String> {
    let items = testbed.tables.item_store();
    let mut fetched = 0;
    for number in 0..count {
        let row = items.get(item_id(number)).await.unwrap();
        let row = row.ok_or("no item beside the history's is lost")?;
        let is_owned = row
            .user()
            .is_some_and(|user| user.as_str() == owner(number));
        ensure(
            is_owned && row.schedule.next_fetch_at.is_some(),
            "an item beside the history's has its owner and a next fetch",
        )?;
        if let Some(snapshot) = row.snapshot() {
            let connector = snapshot.item.connector.as_ref();
            let is_own =
                connector.map(|connector| connector.id) == i64::try_from(100 + number).ok();
            ensure(is_own, "an item beside the history's has its own response")?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

/// Deletes their rows, so that the scheduler finds none due and the next invocation writes new ones.
pub(crate) async fn forget(testbed: &Testbed) {
    let tables = &testbed.tables;
    for number in 0..NEIGHBORS {
        let key = AttributeValue::S(format!("ITEM#{}", item_id(number)));
        let delete = tables.client.delete_item().table_name(&tables.items);
        delete.key("pk", key).send().await.unwrap();
    }
}
