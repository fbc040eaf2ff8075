//! What must hold of the row after every step of a history.

use jiff::{SignedDuration, Timestamp};
use pluggy::Item;
use store::{Snapshot, StoredItem};

use crate::invocation::Invocation;
use crate::told::Told;
use crate::world::World;

pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How the row became as it is.
pub(crate) enum Look {
    /// In any way.
    Any,
    /// By one invocation of item-sync, from begin to end, with no other under way.
    After(Invocation),
}

pub(crate) type Verdict = Result<(), String>;

pub(crate) fn check(told: &Told<'_>, before: Option<&StoredItem>, look: &Look) -> Verdict {
    let world = told.stand.pluggy.world();
    let skew = skew(told);
    let Some(row) = &told.row else {
        let was_a_guess = before.is_none_or(|before| before.is_unconfirmed);
        return ensure(was_a_guess, "what Pluggy spoke of never vanishes");
    };
    if let Some(before) = before {
        goes_forward(before, row)?;
        keeps_its_owner(before, row)?;
    }
    if is_tombstone(Some(row)) {
        ensure(
            row.owner.is_none() && row.snapshot.is_none(),
            "a tombstone keeps nothing",
        )?;
        if !is_tombstone(before) {
            is_proven(told, &world, skew)?;
        }
    } else {
        is_scheduled(row, world.now + skew)?;
        if let Some(snapshot) = &row.snapshot {
            was_true(&world, snapshot)?;
        }
    }
    match look {
        Look::Any => Ok(()),
        Look::After(invocation) => invocation.check(told, &world, before, row),
    }
}

pub(crate) fn is_tombstone(row: Option<&StoredItem>) -> bool {
    row.is_some_and(|row| row.deleted_at.is_some())
}

/// The item as a row gives it back.
pub(crate) fn as_stored(item: Item) -> Item {
    Item {
        client_user_id: None,
        ..item
    }
}

/// How far two clocks can be apart.
pub(crate) fn skew(told: &Told<'_>) -> SignedDuration {
    let clocks = [
        told.clocks.door,
        told.clocks.lanes[0],
        told.clocks.lanes[1],
        0,
    ];
    let (first, last) = (clocks.iter().min(), clocks.iter().max());
    SignedDuration::from_millis(last.unwrap() - first.unwrap())
}

fn goes_forward(before: &StoredItem, row: &StoredItem) -> Verdict {
    if let (Some(deleted_at), Some(snapshot)) = (before.deleted_at, &row.snapshot) {
        return ensure(
            snapshot.fetched_at > deleted_at,
            "a tombstone yields to a later request",
        );
    }
    let (Some(old), Some(new)) = (&before.snapshot, &row.snapshot) else {
        return ensure(
            before.snapshot.is_none() || row.deleted_at.is_some(),
            "a state never vanishes",
        );
    };
    ensure(
        (new.version(), new.fetched_at) >= (old.version(), old.fetched_at),
        "a row never goes back in time",
    )
}

fn keeps_its_owner(before: &StoredItem, row: &StoredItem) -> Verdict {
    let is_kept = before.owner.is_none() || row.owner == before.owner || row.deleted_at.is_some();
    ensure(is_kept, "the first owner stays")
}

/// Only an `item/deleted` with a 404, or two of them an hour apart, prove that an item is gone.
fn is_proven(told: &Told<'_>, world: &World, skew: SignedDuration) -> Verdict {
    let engine = &told.stand.engine;
    let is_told =
        (0..engine.stream_len()).any(|record| engine.image(record)["event"]["S"] == "item/deleted");
    let Some((first, last)) = world.missing.first().zip(world.missing.last()) else {
        return Err("a tombstone without a 404".to_owned());
    };
    ensure(
        is_told || last.duration_since(*first) + skew >= HOUR,
        "gone is proven",
    )
}

fn is_scheduled(row: &StoredItem, latest: Timestamp) -> Verdict {
    let next_fetch_at = row.schedule.next_fetch_at;
    ensure(
        next_fetch_at.is_some_and(|at| at <= latest + DAY),
        "every live row is looked at within a day",
    )
}

/// Whatever the row says was true at Pluggy once, as a whole.
fn was_true(world: &World, snapshot: &Snapshot) -> Verdict {
    let was = (0..world.states.len()).any(|index| as_stored(world.item(index)) == *snapshot.item);
    ensure(was, "a row is an answer of Pluggy's")
}

pub(crate) fn ensure(holds: bool, rule: &str) -> Verdict {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}
