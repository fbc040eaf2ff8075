//! Rules that the row must satisfy after every step of a history.

use jiff::{SignedDuration, Timestamp};
use pluggy::Item;
use store::{Snapshot, StoredItem};
use tests::tables::Row;

use crate::forger;
use crate::history::History;
use crate::invocation::Invocation;
use crate::model::Model;
use crate::signal;

pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The cause of the row's current state.
pub(crate) enum Cause {
    /// Any sequence of steps.
    Any,
    /// One complete invocation of item-sync, with no other one running.
    After(Invocation),
}

/// The result of a check: the name of the rule that does not hold.
pub(crate) type CheckResult = Result<(), String>;

pub(crate) fn check(
    history: &History<'_>,
    before: Option<&StoredItem>,
    cause: &Cause,
) -> CheckResult {
    let model = history.testbed.pluggy.model();
    let skew = skew(history);
    let Some(row) = &history.row else {
        let was_unconfirmed = before.is_none_or(StoredItem::is_unconfirmed);
        return ensure(
            was_unconfirmed,
            "the row of a confirmed item is never deleted",
        );
    };
    if let Some(before) = before {
        goes_forward(before, row)?;
        keeps_its_owner(before, row)?;
        signal::is_kept(history, before, row)?;
    }
    if is_tombstone(Some(row)) {
        if !is_tombstone(before) {
            is_proven(history, &model, skew)?;
        }
    } else {
        forger::responses_decide(&model, row)?;
        is_scheduled(row, model.now + skew)?;
        if let Some(snapshot) = row.snapshot() {
            was_true(&model, snapshot)?;
        }
    }
    match cause {
        Cause::Any => Ok(()),
        Cause::After(invocation) => invocation.check(history, &model, before, row),
    }
}

pub(crate) fn is_tombstone(row: Option<&StoredItem>) -> bool {
    row.is_some_and(StoredItem::is_tombstone)
}

/// Checks that a tombstone has nothing but its times and its schedule.
pub(crate) fn keeps_nothing(tombstone: &Row) -> CheckResult {
    match tests::tables::kept_by_a_tombstone(tombstone) {
        None => Ok(()),
        Some(name) => Err(format!("a tombstone keeps {name}")),
    }
}

/// Returns the item as the row stores it.
pub(crate) fn as_stored(item: Item) -> Item {
    Item {
        client_user_id: None,
        ..item
    }
}

/// Returns the largest difference between two clocks.
pub(crate) fn skew(history: &History<'_>) -> SignedDuration {
    let clocks = [
        history.clocks.door,
        history.clocks.lanes[0],
        history.clocks.lanes[1],
        0,
    ];
    let (first, last) = (clocks.iter().min(), clocks.iter().max());
    SignedDuration::from_millis(last.unwrap() - first.unwrap())
}

fn goes_forward(before: &StoredItem, row: &StoredItem) -> CheckResult {
    if let (Some(deleted_at), Some(snapshot)) = (before.deleted_at(), row.snapshot()) {
        return ensure(
            snapshot.fetched_at > deleted_at,
            "only a later fetch replaces a tombstone",
        );
    }
    let (Some(old), Some(new)) = (before.snapshot(), row.snapshot()) else {
        return ensure(
            before.snapshot().is_none() || row.is_tombstone(),
            "a snapshot is never removed",
        );
    };
    ensure(
        (new.version(), new.fetched_at) >= (old.version(), old.fetched_at),
        "a row never gets an older snapshot",
    )
}

/// Checks that the owner changes only for one of a higher rank.
fn keeps_its_owner(before: &StoredItem, row: &StoredItem) -> CheckResult {
    let is_kept = match (before.owner(), row.owner()) {
        (None, _) => true,
        (Some(_), None) => row.is_tombstone(),
        (Some(before), Some(owner)) => before == owner || owner.provenance > before.provenance,
    };
    ensure(is_kept, "only a higher rank replaces an owner")
}

/// Checks the proof of a deletion: an `item/deleted` with a 404, or two 404s an hour apart.
fn is_proven(history: &History<'_>, model: &Model, skew: SignedDuration) -> CheckResult {
    let engine = &history.testbed.engine;
    let is_reported =
        (0..engine.stream_len()).any(|record| engine.image(record)["event"]["S"] == "item/deleted");
    let Some((first, last)) = model.missing.first().zip(model.missing.last()) else {
        return Err("a tombstone without a 404".to_owned());
    };
    ensure(
        is_reported || last.duration_since(*first) + skew >= HOUR,
        "a tombstone follows a reported deletion or two 404s an hour apart",
    )
}

fn is_scheduled(row: &StoredItem, latest: Timestamp) -> CheckResult {
    let next_fetch_at = row.schedule.next_fetch_at;
    ensure(
        next_fetch_at.is_some_and(|at| at <= latest + DAY),
        "every live row is fetched within a day",
    )
}

/// Checks that the snapshot equals one complete state that the item had at Pluggy.
fn was_true(model: &Model, snapshot: &Snapshot) -> CheckResult {
    let was = (0..model.states.len()).any(|index| as_stored(model.item(index)) == *snapshot.item);
    ensure(was, "a snapshot equals a response of Pluggy")
}

pub(crate) fn ensure(holds: bool, rule: &str) -> CheckResult {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}
