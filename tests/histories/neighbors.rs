//! Other items, whose events share the batches of the history's item. Their fetches run beside that of the item and wait at
//! the same gate, so that their await points and those of the item come in any order, and the process may be killed between
//! any two. Each lane has its own, because two lanes would make the order of one depend on the other.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | [`check`], the rows of handled records | `a-batch-leaves-an-item-out` |
//! | [`ends_after_all`], and [`check`] the rows of repeated records | `a-batch-answers-before-its-writes-end` |
//! | [`reports_the_lowest`] | `a-batch-reports-another-record` |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use pluggy::ItemId;
use serde_json::{Value, json};

use crate::checks::{CheckResult, ensure};
use crate::gate::{Gate, Part};
use crate::model::LANES;
use crate::testbed::Testbed;

/// The largest number of other items in a batch.
pub(crate) const NEIGHBORS: usize = 3;
/// The beginning of the id of each, before the lane and the number. No other id begins with it.
const PREFIX: &str = "9a7b6c5d-0000-4001-8000-0000000000";

const ENDS_AFTER_ALL: &str = "what a batch began ends before it";

fn item_id(lane: usize, number: usize) -> ItemId {
    format!("{PREFIX}{lane}{number}").parse().unwrap()
}

fn owner(lane: usize, number: usize) -> String {
    format!("usr_7{lane}{number}")
}

fn connector_id(lane: usize, number: usize) -> usize {
    100 + 10 * lane + number
}

/// Returns the number of the other item whose id is in a text.
pub(crate) fn number_in(text: &str) -> Option<usize> {
    let (_, id) = text.split_once(PREFIX)?;
    let digit = id.chars().nth(1)?.to_digit(10)?;
    usize::try_from(digit).ok()
}

/// Returns the event that Pluggy delivers about the n-th one.
pub(crate) fn event(lane: usize, number: usize) -> Value {
    json!({
        "event": "item/updated", "eventId": format!("neighbor-{lane}-{number}"), "itemId": item_id(lane, number),
        "clientUserId": owner(lane, number),
    })
}

/// Returns Pluggy's response about the n-th one.
pub(crate) fn body(lane: usize, number: usize, now: Timestamp) -> Value {
    json!({
        "id": item_id(lane, number), "status": "UPDATED", "executionStatus": "SUCCESS",
        "clientUserId": owner(lane, number),
        "connector": {"id": connector_id(lane, number), "name": "Bank"},
        "createdAt": now, "updatedAt": now, "lastUpdatedAt": now,
    })
}

/// Checks that a batch which has ended left no request behind.
pub(crate) fn ends_after_all(gate: &Gate) -> CheckResult {
    ensure(!gate.has_given_up(), ENDS_AFTER_ALL)
}

/// Checks that the position which a batch of so many other items reports is that of its first refused part. The others come
/// first, in their order, and then the history's item.
pub(crate) fn reports_the_lowest(
    reported: Option<usize>,
    count: usize,
    refused: &BTreeSet<Part>,
) -> CheckResult {
    let positions = refused.iter().map(|part| match part {
        Part::Process => 0,
        Part::Neighbor(number) => *number,
        Part::Item => count,
    });
    ensure(
        reported == positions.min(),
        "a batch reports the lowest record that was refused",
    )
}

/// Checks the first `count` after an invocation that had their events, found no rows of theirs, and ended. Everything that it
/// began has ended, so each has a row unless the engine `refused` one, also those after the `reported` position. Returns how
/// many were fetched. The others were put off, because the history's item reached a limit or used up the time.
pub(crate) async fn check(
    testbed: &Testbed,
    lane: usize,
    count: usize,
    reported: Option<usize>,
    refused: &BTreeSet<Part>,
) -> Result<usize, String> {
    let items = testbed.tables.item_store();
    let mut fetched = 0;
    let written = (0..count).filter(|number| !refused.contains(&Part::Neighbor(*number)));
    for number in written {
        let row = items.get(item_id(lane, number)).await.unwrap();
        let row = row.ok_or(match reported {
            Some(position) if position <= number => ENDS_AFTER_ALL,
            _ => "no item beside the history's is lost",
        })?;
        let is_owned = row
            .user()
            .is_some_and(|user| user.as_str() == owner(lane, number));
        ensure(
            is_owned && row.schedule.next_fetch_at.is_some(),
            "an item beside the history's has its owner and a next fetch",
        )?;
        if let Some(snapshot) = row.snapshot() {
            let connector = snapshot.item.connector.as_ref();
            let is_own = connector.map(|connector| connector.id)
                == i64::try_from(connector_id(lane, number)).ok();
            ensure(is_own, "an item beside the history's has its own response")?;
            fetched += 1;
        }
    }
    Ok(fetched)
}

/// Deletes the rows of a lane, so that its next invocation writes new ones.
pub(crate) async fn forget(testbed: &Testbed, lane: usize) {
    let tables = &testbed.tables;
    for number in 0..NEIGHBORS {
        let key = AttributeValue::S(format!("ITEM#{}", item_id(lane, number)));
        let delete = tables.client.delete_item().table_name(&tables.items);
        delete.key("pk", key).send().await.unwrap();
    }
}

/// Deletes all of their rows, so that the scheduler finds none due.
pub(crate) async fn forget_all(testbed: &Testbed) {
    for lane in 0..LANES {
        forget(testbed, lane).await;
    }
}
