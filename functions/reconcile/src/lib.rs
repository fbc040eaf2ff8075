//! Runs every minute: finds items whose check is due, and asks for it through the one door.

mod config;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::metrics::{Emitter, Line, Metric};
use shared::store::{self, DueCheck, Events, Insertion, Items, NewEvent};

pub use config::Config;

/// How many checks one tick asks for, and so their greatest rate: a backlog is worked off oldest first.
const MAX_ASKED: usize = 300;
/// How many due items one tick looks at; those that were asked for already must not hide the rest.
const MAX_DUE: usize = 5_000;
const PAGE: i32 = 300;
/// A check that did not lead to a new `checkAt` is asked for again after this long, and not before.
const REPEAT_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// What the function works with, built once during init.
pub struct App {
    /// The items, to see which are due.
    pub items: Items,
    /// The events, where checks are asked for.
    pub events: Events,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
}

/// What one tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    /// How many items are due.
    pub due: usize,
    /// How many checks are new; the others were asked for already.
    pub asked: usize,
    /// For how many seconds the oldest has been due.
    pub oldest_overdue_seconds: i64,
}

/// Asks for a check of each item that is due. A check that cannot be stored does not keep the others
/// waiting; it makes the tick fail, so that it is seen.
pub async fn handle(app: &App, now: Timestamp) -> Result<Tick, store::Error> {
    let mut tick = Tick::default();
    let mut outcome = Ok(());
    let mut page = None;
    loop {
        let due = app.items.due(now, PAGE, page).await?;
        for check in due.checks {
            let overdue = now.duration_since(check.check_at).as_secs();
            tick.oldest_overdue_seconds = tick.oldest_overdue_seconds.max(overdue);
            tick.due += 1;
            match app.events.insert(&event(check, now)).await {
                Ok(Insertion::Inserted) => tick.asked += 1,
                Ok(_) => {}
                Err(error) => outcome = Err(error),
            }
        }
        page = due.next;
        if page.is_none() || tick.asked >= MAX_ASKED || tick.due >= MAX_DUE || outcome.is_err() {
            break;
        }
    }
    app.metrics.emit(line(tick), now);
    outcome.map(|()| tick)
}

/// A tick that cannot see what is due has no line, and its absence is an alarm.
fn line(tick: Tick) -> Line {
    let mut line = Line::new("due items checked");
    line.metric(Metric::ChecksDue, tick.due);
    line.metric(Metric::ChecksAsked, tick.asked);
    line.metric(Metric::OldestOverdue, tick.oldest_overdue_seconds);
    line
}

/// The id is made of the due time and of how often [`REPEAT_AFTER`] has passed: ticks neither flood
/// nor stick.
fn event(check: DueCheck, now: Timestamp) -> NewEvent {
    let overdue = now.duration_since(check.check_at);
    let bucket = overdue.as_secs() / REPEAT_AFTER.as_secs();
    let event_id = format!("check-{}-{bucket}", check.check_at.as_millisecond());
    NewEvent::check(check.target, &event_id, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::store::Target;

    fn event_id(now: &str) -> String {
        let check = DueCheck {
            target: Target::Item("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap()),
            check_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        };
        event(check, now.parse().unwrap()).key.sort
    }

    #[test]
    fn a_check_is_asked_for_again_only_after_a_while() {
        assert_eq!(
            event_id("2026-11-23T12:00:00Z"),
            event_id("2026-11-23T12:14:59Z")
        );
        assert_ne!(
            event_id("2026-11-23T12:14:59Z"),
            event_id("2026-11-23T12:15:00Z")
        );
    }
}
