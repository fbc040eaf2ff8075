//! Rules for the row after one undisturbed invocation. [`follows_the_consent`] must catch the bug `a-consent-ends-unnoticed`
//! of `seeded_bugs.toml`.

use jiff::{SignedDuration, Timestamp};
use pluggy::Item;
use serde_json::Value;
use store::{RowState, Snapshot, StoredItem};

use crate::checks::{CheckResult, HOUR, as_stored, ensure, is_tombstone, skew};
use crate::hints;
use crate::history::History;
use crate::model::{FIRST_NOTICE, Given, Model};
use crate::signal;
use crate::step::Names;

/// Clocks within this difference, in milliseconds, lose no event and make no fetch useless.
const AGREEMENT: i64 = 1_000;
pub(crate) const CONFIRMING_FETCH_DELAY: SignedDuration = SignedDuration::from_secs(30);
pub(crate) const MAX_CONFIRMING_FETCHES: u32 = 3;

/// An invocation of item-sync that handled its records from begin to end.
pub(crate) struct Invocation {
    /// The new images of the records.
    pub(crate) records: Vec<Value>,
    /// When it sent the request to Pluggy, by its own clock.
    pub(crate) fetched_at: Timestamp,
    /// Pluggy's response, if there was a request.
    pub(crate) given: Option<Given>,
    /// Whether Pluggy has limited the rate of our calls lately.
    pub(crate) is_limited: bool,
}

impl Invocation {
    pub(crate) fn check(
        &self,
        history: &History<'_>,
        model: &Model,
        before: Option<&StoredItem>,
        row: &StoredItem,
    ) -> CheckResult {
        let (records, fetched_at) = (&self.records, self.fetched_at);
        signal::follows(self, model, before, row)?;
        if hints::are_from_others(records, hints::owner(model, before, self.given).as_deref()) {
            return hints::change_nothing(before, row, self.given);
        }
        names_its_owner(history, row, records)?;
        if !(self.is_limited && waits_for_the_limit(row, fetched_at)) {
            schedules_what_it_lacks(history, model, row, before, records, fetched_at)?;
        }
        match self.given {
            Some(Given::State(index)) => {
                keeps_the_answer(model, before, row, index, fetched_at, records)
            }
            Some(Given::Missing) => suspects(before, row, fetched_at, skew(history)),
            Some(Given::Refusal) => backs_off(before, row, fetched_at),
            Some(Given::Limit) => waits(before, row, fetched_at),
            None => Ok(()),
        }
    }
}

fn names_its_owner(history: &History<'_>, row: &StoredItem, records: &[Value]) -> CheckResult {
    let is_named = history.names != Names::Nobody && records.iter().any(names_a_user);
    ensure(
        !is_named || row.owner().is_some() || is_tombstone(Some(row)),
        "the row keeps an owner whom an event names",
    )
}

/// Returns whether the event of this record names a user.
pub(crate) fn names_a_user(image: &Value) -> bool {
    let event = image["event"]["S"].as_str();
    event.is_some_and(|event| event.starts_with("item/"))
}

/// Checks that the row is not older than any handled event, or that a fetch is due soon. Applies only when the clocks
/// agree and no response lagged.
fn schedules_what_it_lacks(
    history: &History<'_>,
    model: &Model,
    row: &StoredItem,
    before: Option<&StoredItem>,
    records: &[Value],
    fetched_at: Timestamp,
) -> CheckResult {
    let clocks = [
        history.clocks.door,
        history.clocks.lanes[0],
        history.clocks.lanes[1],
    ];
    let Some(snapshot) = row.snapshot() else {
        return Ok(());
    };
    if history.has_lagged || clocks.iter().any(|ahead| ahead.abs() > AGREEMENT) {
        return Ok(());
    }
    let door = SignedDuration::from_millis(history.clocks.door);
    let received = records
        .iter()
        .map(|image| received_at(image) - door)
        .max()
        .unwrap();
    let needed = model
        .states
        .iter()
        .rposition(|state| state.since <= received);
    let has = (0..model.states.len()).rfind(|i| as_stored(model.item(*i)) == *snapshot.item);
    ensure(
        has >= needed
            || is_due_soon(row, before, fetched_at)
            || row.schedule.fetch_failures > 0
            || row.schedule.missing_since.is_some(),
        "an event that was handled is in the row",
    )
}

pub(crate) fn received_at(image: &Value) -> Timestamp {
    let text = image["receivedAt"]["N"].as_str().unwrap();
    Timestamp::from_millisecond(text.parse().unwrap()).unwrap()
}

/// Returns whether the next fetch is due within 30 seconds, or three confirming fetches were already made.
pub(crate) fn is_due_soon(
    row: &StoredItem,
    before: Option<&StoredItem>,
    fetched_at: Timestamp,
) -> bool {
    let is_soon = row
        .schedule
        .next_fetch_at
        .is_some_and(|at| at <= fetched_at + CONFIRMING_FETCH_DELAY);
    is_soon
        || before.is_some_and(|before| before.schedule.confirming_fetches >= MAX_CONFIRMING_FETCHES)
}

/// Checks that the response is in the row, unless the row was newer. A dropped or contradicting response schedules
/// another fetch soon.
fn keeps_the_answer(
    model: &Model,
    before: Option<&StoredItem>,
    row: &StoredItem,
    index: usize,
    fetched_at: Timestamp,
    records: &[Value],
) -> CheckResult {
    let item = as_stored(model.item(index));
    let is_newer = before.is_some_and(|before| match &before.state {
        RowState::Placeholder { .. } => false,
        RowState::Fetched { snapshot, .. } => {
            (snapshot.version(), snapshot.fetched_at) > (item.updated_at, fetched_at)
        }
        RowState::Tombstone { deleted_at, .. } => *deleted_at >= fetched_at,
    });
    let is_stored =
        |snapshot: &Snapshot| *snapshot.item == item && snapshot.fetched_at == fetched_at;
    if is_newer {
        return ensure(
            is_due_soon(row, before, fetched_at),
            "an item is fetched again soon after a response that is not stored",
        );
    }
    ensure(
        row.snapshot().is_some_and(is_stored),
        "a response that is not older is stored",
    )?;
    follows_the_consent(row, &item, fetched_at)?;
    let version = before.and_then(|before| before.snapshot()?.version());
    let contradicts = version.is_some() && version == item.updated_at && report_a_change(records);
    ensure(
        !contradicts || is_due_soon(row, before, fetched_at),
        "an item is fetched again soon after a response that contradicts its event",
    )
}

/// Checks that the item is fetched soon after the first moment before the end of its consent.
fn follows_the_consent(row: &StoredItem, item: &Item, fetched_at: Timestamp) -> CheckResult {
    let first_notice = item.consent_expires_at.unwrap() - FIRST_NOTICE;
    let latest = first_notice.max(fetched_at) + CONFIRMING_FETCH_DELAY;
    let next_fetch_at = row.schedule.next_fetch_at;
    ensure(
        first_notice <= fetched_at || next_fetch_at.is_some_and(|at| at <= latest),
        "an item is fetched 30 days before its consent ends",
    )
}

fn report_a_change(records: &[Value]) -> bool {
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
) -> CheckResult {
    let is_older = before.is_some_and(|before| is_fetched_after(before, fetched_at));
    let is_suspect = row.schedule.missing_since.is_some()
        && row
            .schedule
            .next_fetch_at
            .is_some_and(|at| at <= fetched_at + skew + HOUR);
    ensure(
        is_older || is_suspect || is_tombstone(Some(row)),
        "a missing item is fetched again within the hour",
    )
}

fn backs_off(before: Option<&StoredItem>, row: &StoredItem, fetched_at: Timestamp) -> CheckResult {
    let is_older = before.is_some_and(|before| is_fetched_after(before, fetched_at));
    let failures = before.map_or(0, |before| before.schedule.fetch_failures);
    ensure(
        is_older || is_tombstone(before) || row.schedule.fetch_failures == failures + 1,
        "a failed fetch is counted",
    )
}

/// Returns whether the item is fetched within a minute after a limit of a minute.
fn waits_for_the_limit(row: &StoredItem, fetched_at: Timestamp) -> bool {
    const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(3);
    let next_fetch_at = row.schedule.next_fetch_at;
    next_fetch_at.is_some_and(|at| at <= fetched_at + LONGEST_WAIT)
}

/// Checks that a limit, which says nothing about the item, is no failure of it, and that the item is fetched after it.
fn waits(before: Option<&StoredItem>, row: &StoredItem, fetched_at: Timestamp) -> CheckResult {
    let is_older = before.is_some_and(|before| is_fetched_after(before, fetched_at));
    let failures = before.map_or(0, |before| before.schedule.fetch_failures);
    let is_planned = row.schedule.next_fetch_at.is_some_and(|at| at > fetched_at);
    ensure(
        is_older || is_tombstone(before) || (row.schedule.fetch_failures == failures && is_planned),
        "an item whose fetch was limited is fetched later",
    )
}

pub(crate) fn is_fetched_after(row: &StoredItem, fetched_at: Timestamp) -> bool {
    match &row.state {
        RowState::Placeholder { .. } => false,
        RowState::Fetched { snapshot, .. } => snapshot.fetched_at > fetched_at,
        RowState::Tombstone { deleted_at, .. } => *deleted_at > fetched_at,
    }
}
