//! What must hold of the row after one invocation that nothing disturbed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{Snapshot, StoredItem};

use crate::checks::{HOUR, Verdict, as_stored, ensure, is_tombstone, skew};
use crate::hints;
use crate::step::Names;
use crate::told::Told;
use crate::world::{Given, World};

/// Clocks that agree to this lose no event and make no read useless.
const AGREEMENT: i64 = 1_000;
const RECHECK: SignedDuration = SignedDuration::from_secs(30);
const MAX_CONFIRMING_FETCHES: u32 = 3;

/// An invocation of item-sync that handled its records from begin to end.
pub(crate) struct Invocation {
    /// The new images of the records.
    pub(crate) records: Vec<Value>,
    /// When it asked Pluggy, by its own clock.
    pub(crate) fetched_at: Timestamp,
    /// What Pluggy answered, if it was asked.
    pub(crate) given: Option<Given>,
}

impl Invocation {
    pub(crate) fn check(
        &self,
        told: &Told<'_>,
        world: &World,
        before: Option<&StoredItem>,
        row: &StoredItem,
    ) -> Verdict {
        let (records, fetched_at) = (&self.records, self.fetched_at);
        if hints::are_strangers(records, hints::owner(world, before).as_deref()) {
            return hints::change_nothing(before, row, self.given);
        }
        names_its_owner(told, row, records)?;
        owes_what_it_lacks(told, world, row, before, records, fetched_at)?;
        match self.given {
            Some(Given::State(index)) => {
                keeps_the_answer(world, before, row, index, fetched_at, records)
            }
            Some(Given::Missing) => suspects(before, row, fetched_at, skew(told)),
            Some(Given::Refusal) => backs_off(before, row, fetched_at),
            None => Ok(()),
        }
    }
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
    fetched_at: Timestamp,
) -> Verdict {
    let clocks = [told.clocks.door, told.clocks.lanes[0], told.clocks.lanes[1]];
    let Some(snapshot) = &row.snapshot else {
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
    let has = (0..world.states.len()).rfind(|i| as_stored(world.item(*i)) == *snapshot.item);
    ensure(
        has >= needed
            || is_owed_soon(row, before, fetched_at)
            || row.schedule.fetch_failures > 0
            || row.schedule.missing_since.is_some(),
        "an event that was handled is in the row",
    )
}

fn received_at(image: &Value) -> Timestamp {
    let text = image["receivedAt"]["N"].as_str().unwrap();
    Timestamp::from_millisecond(text.parse().unwrap()).unwrap()
}

/// Within half a minute, unless that was tried three times.
fn is_owed_soon(row: &StoredItem, before: Option<&StoredItem>, fetched_at: Timestamp) -> bool {
    let is_soon = row
        .schedule
        .next_fetch_at
        .is_some_and(|at| at <= fetched_at + RECHECK);
    is_soon
        || before.is_some_and(|before| before.schedule.confirming_fetches >= MAX_CONFIRMING_FETCHES)
}

/// The answer is in the row, unless the row was newer; what is dropped or contradicts is looked at
/// again soon.
fn keeps_the_answer(
    world: &World,
    before: Option<&StoredItem>,
    row: &StoredItem,
    index: usize,
    fetched_at: Timestamp,
    records: &[Value],
) -> Verdict {
    let item = as_stored(world.item(index));
    let is_newer = before.is_some_and(|before| match (&before.snapshot, before.deleted_at) {
        (_, Some(deleted_at)) => deleted_at >= fetched_at,
        (Some(snapshot), None) => {
            (snapshot.version(), snapshot.fetched_at) > (item.updated_at, fetched_at)
        }
        (None, None) => false,
    });
    let is_stored =
        |snapshot: &Snapshot| *snapshot.item == item && snapshot.fetched_at == fetched_at;
    if is_newer {
        return ensure(
            is_owed_soon(row, before, fetched_at),
            "a dropped answer is looked at again soon",
        );
    }
    ensure(
        row.snapshot.as_ref().is_some_and(is_stored),
        "what is not older is stored",
    )?;
    let version = before.and_then(|before| before.snapshot.as_ref()?.version());
    let contradicts = version.is_some() && version == item.updated_at && tell_of_change(records);
    ensure(
        !contradicts || is_owed_soon(row, before, fetched_at),
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
    fetched_at: Timestamp,
    skew: SignedDuration,
) -> Verdict {
    let is_older = before.is_some_and(|before| is_read_after(before, fetched_at));
    let is_suspect = row.schedule.missing_since.is_some()
        && row
            .schedule
            .next_fetch_at
            .is_some_and(|at| at <= fetched_at + skew + HOUR);
    ensure(
        is_older || is_suspect || is_tombstone(Some(row)),
        "a missing item is asked for again within the hour",
    )
}

fn backs_off(before: Option<&StoredItem>, row: &StoredItem, fetched_at: Timestamp) -> Verdict {
    let is_older = before.is_some_and(|before| is_read_after(before, fetched_at));
    let failures = before.map_or(0, |before| before.schedule.fetch_failures);
    ensure(
        is_older || is_tombstone(before) || row.schedule.fetch_failures == failures + 1,
        "a refusal is counted",
    )
}

fn is_read_after(row: &StoredItem, fetched_at: Timestamp) -> bool {
    let last = row.snapshot.as_ref().map(|snapshot| snapshot.fetched_at);
    last.max(row.deleted_at).is_some_and(|at| at > fetched_at)
}
