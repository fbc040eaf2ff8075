//! What must hold of the row after every step of a history.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::pluggy::Item;
use shared::store::{Reading, StoredItem};

use crate::step::Names;
use crate::told::Told;
use crate::world::{Given, World};

/// Clocks that agree to this lose no event and make no read useless.
const AGREEMENT: i64 = 1_000;
const RECHECK: SignedDuration = SignedDuration::from_secs(30);
const MAX_RECHECKS: u32 = 3;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How the row became as it is.
pub(crate) enum Look {
    /// In any way.
    Any,
    /// One invocation of item-sync handled these records from begin to end, and no other was under
    /// way.
    After {
        records: Vec<Value>,
        read_at: Timestamp,
        given: Option<Given>,
    },
}

type Verdict = Result<(), String>;

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
            row.owner.is_none() && row.reading.is_none(),
            "a tombstone keeps nothing",
        )?;
        if !is_tombstone(before) {
            is_proven(told, &world, skew)?;
        }
    } else {
        is_scheduled(row, world.now + skew)?;
        if let Some(reading) = &row.reading {
            was_true(&world, reading)?;
        }
    }
    match look {
        Look::Any => Ok(()),
        Look::After {
            records,
            read_at,
            given,
        } => {
            names_its_owner(told, row, records)?;
            owes_what_it_lacks(told, &world, row, before, records, *read_at)?;
            match given {
                Some(Given::State(index)) => {
                    keeps_the_answer(&world, before, row, *index, *read_at, records)
                }
                Some(Given::Missing) => suspects(before, row, *read_at, skew),
                Some(Given::Refusal) => backs_off(before, row, *read_at),
                None => Ok(()),
            }
        }
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
    if let (Some(deleted_at), Some(reading)) = (before.deleted_at, &row.reading) {
        return ensure(
            reading.read_at > deleted_at,
            "a tombstone yields to a later request",
        );
    }
    let (Some(old), Some(new)) = (&before.reading, &row.reading) else {
        return ensure(
            before.reading.is_none() || row.deleted_at.is_some(),
            "a state never vanishes",
        );
    };
    ensure(
        (new.version(), new.read_at) >= (old.version(), old.read_at),
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
    let check_at = row.schedule.check_at;
    ensure(
        check_at.is_some_and(|at| at <= latest + DAY),
        "every live row is looked at within a day",
    )
}

/// Whatever the row says was true at Pluggy once, as a whole.
fn was_true(world: &World, reading: &Reading) -> Verdict {
    let was = (0..world.states.len()).any(|index| as_stored(world.item(index)) == reading.item);
    ensure(was, "a row is an answer of Pluggy's")
}

fn names_its_owner(told: &Told<'_>, row: &StoredItem, records: &[Value]) -> Verdict {
    let is_named = told.names != Names::Nobody && records.iter().any(names_a_user);
    ensure(
        !is_named || row.owner.is_some() || is_tombstone(Some(row)),
        "whom an event names, the row keeps",
    )
}

/// Whether the event of this record names a user.
pub(crate) fn names_a_user(image: &Value) -> bool {
    let event = image["event"]["S"].as_str();
    event.is_some_and(|event| event.starts_with("item/"))
}

/// Where clocks agree and no answer lagged, a row is not older than any event that was handled, or
/// it is looked at again soon.
fn owes_what_it_lacks(
    told: &Told<'_>,
    world: &World,
    row: &StoredItem,
    before: Option<&StoredItem>,
    records: &[Value],
    read_at: Timestamp,
) -> Verdict {
    let clocks = [told.clocks.door, told.clocks.lanes[0], told.clocks.lanes[1]];
    let Some(reading) = &row.reading else {
        return Ok(());
    };
    if told.has_lagged || clocks.iter().any(|ahead| ahead.abs() > AGREEMENT) {
        return Ok(());
    }
    let door = SignedDuration::from_millis(told.clocks.door);
    let received = records
        .iter()
        .map(|image| received_at(image) - door)
        .max()
        .unwrap();
    let needed = world
        .states
        .iter()
        .rposition(|state| state.since <= received);
    let has = (0..world.states.len()).rfind(|i| as_stored(world.item(*i)) == reading.item);
    ensure(
        has >= needed
            || is_owed_soon(row, before, read_at)
            || row.schedule.sync_failures > 0
            || row.schedule.missing_since.is_some(),
        "an event that was handled is in the row",
    )
}

fn received_at(image: &Value) -> Timestamp {
    let text = image["receivedAt"]["N"].as_str().unwrap();
    Timestamp::from_millisecond(text.parse().unwrap()).unwrap()
}

/// Within half a minute, unless that was tried three times.
fn is_owed_soon(row: &StoredItem, before: Option<&StoredItem>, read_at: Timestamp) -> bool {
    let is_soon = row
        .schedule
        .check_at
        .is_some_and(|at| at <= read_at + RECHECK);
    is_soon || before.is_some_and(|before| before.schedule.rechecks >= MAX_RECHECKS)
}

/// The answer is in the row, unless the row was newer; what is dropped or contradicts is looked at
/// again soon.
fn keeps_the_answer(
    world: &World,
    before: Option<&StoredItem>,
    row: &StoredItem,
    index: usize,
    read_at: Timestamp,
    records: &[Value],
) -> Verdict {
    let item = as_stored(world.item(index));
    let is_newer = before.is_some_and(|before| match (&before.reading, before.deleted_at) {
        (_, Some(deleted_at)) => deleted_at >= read_at,
        (Some(reading), None) => (reading.version(), reading.read_at) > (item.updated_at, read_at),
        (None, None) => false,
    });
    let is_stored = |reading: &Reading| reading.item == item && reading.read_at == read_at;
    if is_newer {
        return ensure(
            is_owed_soon(row, before, read_at),
            "a dropped answer is looked at again soon",
        );
    }
    ensure(
        row.reading.as_ref().is_some_and(is_stored),
        "what is not older is stored",
    )?;
    let version = before.and_then(|before| before.reading.as_ref()?.version());
    let contradicts = version.is_some() && version == item.updated_at && tell_of_change(records);
    ensure(
        !contradicts || is_owed_soon(row, before, read_at),
        "an answer that contradicts its event is looked at again soon",
    )
}

fn tell_of_change(records: &[Value]) -> bool {
    records.iter().any(|image| {
        let event = image["event"]["S"].as_str().unwrap();
        event.starts_with("item/") && event != "item/login_succeeded"
    })
}

fn suspects(
    before: Option<&StoredItem>,
    row: &StoredItem,
    read_at: Timestamp,
    skew: SignedDuration,
) -> Verdict {
    let is_older = before.is_some_and(|before| is_read_after(before, read_at));
    let is_suspect = row.schedule.missing_since.is_some()
        && row
            .schedule
            .check_at
            .is_some_and(|at| at <= read_at + skew + HOUR);
    ensure(
        is_older || is_suspect || is_tombstone(Some(row)),
        "a missing item is asked for again within the hour",
    )
}

fn backs_off(before: Option<&StoredItem>, row: &StoredItem, read_at: Timestamp) -> Verdict {
    let is_older = before.is_some_and(|before| is_read_after(before, read_at));
    let failures = before.map_or(0, |before| before.schedule.sync_failures);
    ensure(
        is_older || is_tombstone(before) || row.schedule.sync_failures == failures + 1,
        "a refusal is counted",
    )
}

fn is_read_after(row: &StoredItem, read_at: Timestamp) -> bool {
    let last = row.reading.as_ref().map(|reading| reading.read_at);
    last.max(row.deleted_at).is_some_and(|at| at > read_at)
}

pub(crate) fn ensure(holds: bool, rule: &str) -> Verdict {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}
