//! Failed items and connectors: our code cannot handle the row or the response. Retries at once would fail
//! too, so the target waits for a person and does not block others.

use client::chain;
use connection::FAILED_RETRY_DELAY;
use jiff::Timestamp;

use crate::decision::{Decision, LogLine, Write};
use crate::group::Signals;
use crate::hints::are_hints_alone;
use crate::outcome::Outcome;
use crate::owner::Owners;
use crate::retry::after;

/// Returns the decision about an item that our code cannot handle. It keeps the signals of the events, which are not
/// repeated.
pub(crate) fn failed_item(
    signals: &Signals,
    error: &dyn std::error::Error,
    now: Timestamp,
) -> Decision {
    let mut decision = Decision::nothing(Outcome::Failed);
    decision.log.push(LogLine::Failed(chain(error)));
    // The owner of the row is unknown, so hints change nothing.
    if are_hints_alone(signals) {
        return decision;
    }
    let created_at = signals.first_received_at;
    decision.writes.push(Write::Failed {
        created_at,
        next_fetch_at: after(now, FAILED_RETRY_DELAY),
        pending_signal: signals.pending_signal(),
    });
    // The row may have a weaker one.
    let signal = signals.pending_signal().map(Write::Signal);
    decision.writes.extend(signal);
    let named = Owners::of(None, None, signals).named;
    let claim = named.map(|owner| Write::Claim { owner, created_at });
    decision.writes.extend(claim);
    decision
}
