//! Rules for the pending signal of a row: it is never weaker than the strongest signal of Pluggy since the last fetch that
//! returned the item's state.
//!
//! Without the signal a deletion needs a second 404, an hour later, and until then a placeholder shows again. A response of a
//! lagging replica is not confirmed. The first 404 removes a placeholder.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | [`follows`], the row's signal | `a-row-forgets-its-signal` |
//! | [`survives_a_dropped_response`] | `a-dropped-response-forgets-the-signal` |
//! | [`follows`], the deletion | `a-deletion-in-the-row-proves-nothing` |
//! | [`settles`] | `a-signal-of-the-row-is-not-confirmed` |

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::{PendingSignal, Snapshot, StoredItem};

use crate::checks::{CheckResult, ensure, is_tombstone};
use crate::hints::is_hint;
use crate::history::History;
use crate::invocation::{
    Invocation, MAX_CONFIRMING_FETCHES, is_due_soon, is_fetched_after, received_at,
};
use crate::model::{Given, Model};

/// An event that is older than the last fetch by more than this needs no fetch. The clocks of functions differ.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

const NEVER_WEAKER: &str =
    "a signal is never weaker than the strongest since the item's last state";

/// Checks that a signal stays until a response replaces the row: no other write and no kill weakens it.
pub(crate) fn is_kept(history: &History<'_>, before: &StoredItem, row: &StoredItem) -> CheckResult {
    ensure(
        history.is_replaced || signal(row) >= signal(before),
        "only a response of Pluggy's weakens a signal",
    )
}

/// Checks the signal after an undisturbed invocation: the stronger one of the row's before and its events', unless Pluggy's
/// response settles it.
pub(crate) fn follows(
    invocation: &Invocation,
    model: &Model,
    before: Option<&StoredItem>,
    row: &StoredItem,
) -> CheckResult {
    let (records, fetched_at) = (&invocation.records, invocation.fetched_at);
    let expected = before.and_then(signal).max(strongest(records));
    let is_outdated = before.is_some_and(|before| is_fetched_after(before, fetched_at));
    match invocation.given {
        // No fetch was needed.
        None if before.is_some_and(|before| is_newer(before, records)) => Ok(()),
        Some(Given::State(index)) => {
            let version = model.item(index).updated_at;
            let is_stored = row.snapshot().is_some_and(|snapshot| {
                snapshot.version() == version && snapshot.fetched_at == fetched_at
            });
            if is_stored {
                settles(before, row, expected, fetched_at)
            } else {
                survives_a_dropped_response(row, expected)
            }
        }
        Some(Given::Missing) if is_tombstone(Some(row)) => ensure(
            is_outdated || signal(row).is_none(),
            "a 404 settles the signals of a tombstone",
        ),
        _ if is_outdated => survives_a_dropped_response(row, expected),
        Some(Given::Missing) => {
            let is_of_nobody = before.is_some_and(|before| before.owner().is_none());
            let changes_nothing = is_of_nobody && records.iter().all(is_hint);
            ensure(
                expected != Some(PendingSignal::Deletion) || changes_nothing,
                "a 404 after a reported deletion makes a tombstone",
            )?;
            is_exactly(row, expected)
        }
        None | Some(Given::Refusal | Given::Limit) => is_exactly(row, expected),
    }
}

/// Checks the row after a response that it stores. The response settles the signals, unless they report a change and it has the
/// version that the row had before. Then a confirming fetch follows, at most three times in a row.
fn settles(
    before: Option<&StoredItem>,
    row: &StoredItem,
    expected: Option<PendingSignal>,
    fetched_at: Timestamp,
) -> CheckResult {
    let version = row.snapshot().and_then(Snapshot::version);
    let is_unchanged =
        version.is_some() && version == before.and_then(|before| before.snapshot()?.version());
    let contradicts = is_unchanged && expected >= Some(PendingSignal::Change);
    if !contradicts || is_last(before) {
        return ensure(signal(row).is_none(), "a response settles the signals");
    }
    ensure(
        is_due_soon(row, before, fetched_at),
        "an item is fetched again soon after a response that contradicts its signal",
    )?;
    is_exactly(row, expected)
}

fn signal(row: &StoredItem) -> Option<PendingSignal> {
    row.schedule.pending_signal
}

fn is_exactly(row: &StoredItem, expected: Option<PendingSignal>) -> CheckResult {
    ensure(signal(row) >= expected, NEVER_WEAKER)?;
    ensure(signal(row) == expected, "only Pluggy's events are signals")
}

/// Checks the row after a response that is older than its snapshot.
fn survives_a_dropped_response(row: &StoredItem, expected: Option<PendingSignal>) -> CheckResult {
    ensure(
        signal(row) >= expected,
        "a dropped response leaves the signal in the row",
    )
}

/// Returns whether enough confirming fetches were made.
fn is_last(before: Option<&StoredItem>) -> bool {
    before.is_some_and(|before| before.schedule.confirming_fetches >= MAX_CONFIRMING_FETCHES)
}

/// Returns the strongest signal of Pluggy in these records. Hints, imports and our own requests are none.
fn strongest(records: &[Value]) -> Option<PendingSignal> {
    let of_pluggy = records
        .iter()
        .filter(|image| image["origin"]["S"] == "webhook");
    let signals = of_pluggy.map(|image| match image["event"]["S"].as_str().unwrap() {
        "item/deleted" => PendingSignal::Deletion,
        "item/login_succeeded" => PendingSignal::Activity,
        event if event.starts_with("item/") => PendingSignal::Change,
        _ => PendingSignal::Activity,
    });
    signals.max()
}

/// Returns whether the row's snapshot is newer than all of these events.
fn is_newer(row: &StoredItem, records: &[Value]) -> bool {
    let received_at = records.iter().map(received_at).max();
    let snapshot = row.snapshot().zip(received_at);
    snapshot.is_some_and(|(snapshot, received_at)| {
        snapshot.fetched_at.duration_since(received_at) > CLOCK_TOLERANCE
    })
}
