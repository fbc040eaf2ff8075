//! Runs every minute: finds items whose check is due, and asks for it through the one door.

mod config;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::metrics::{Emitter, Line, Metric};
use shared::store::{self, DueCheck, DuePage, Events, Insertion, Items, NewEvent};
use tokio::time::{Instant, timeout_at};

pub use config::Config;

/// How many checks one tick asks for, and so their greatest rate: a backlog is worked off oldest first.
const MAX_ASKED: usize = 300;
/// How many due items one tick looks at; those that were asked for already must not hide the rest.
const MAX_DUE: usize = 5_000;
const PAGE: i32 = 300;
/// What must be left of the time when a tick stops: its line, and the answer.
const RESERVE: Duration = Duration::from_secs(5);
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
    /// How many due items it looked at.
    pub due: usize,
    /// How many checks are new; the others were asked for already.
    pub asked: usize,
    /// For how many seconds the oldest has been due.
    pub oldest_overdue_seconds: i64,
}

/// Asks for a check of each item that is due, until shortly before `deadline`. A check that cannot be
/// stored does not keep the others waiting; it makes the tick fail, so that it is seen.
pub async fn handle(app: &App, now: Timestamp, deadline: Instant) -> Result<Tick, store::Error> {
    let first = app.items.due(now, PAGE, None).await?;
    let mut run = Run::default();
    let end = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    // A put that is cut off may have been stored: then the next tick's is a duplicate.
    if timeout_at(end, run.ask(app, first, now)).await.is_err() {
        tracing::warn!("no time for all that is due; the rest is left to the next minute");
    }
    app.metrics.emit(line(run.tick), now);
    run.failure.map_or(Ok(run.tick), Err)
}

/// A tick under way. What it did is told, also where its time ends in the middle.
#[derive(Debug, Default)]
struct Run {
    tick: Tick,
    failure: Option<store::Error>,
}

impl Run {
    async fn ask(&mut self, app: &App, first: DuePage, now: Timestamp) {
        let mut page = first;
        loop {
            for check in page.checks {
                if self.has_done_its_share() {
                    return;
                }
                self.ask_for(app, check, now).await;
            }
            let Some(next) = page.next else {
                return;
            };
            // Where the store refuses, another page would only be refused as well.
            if self.has_done_its_share() || self.failure.is_some() {
                return;
            }
            match app.items.due(now, PAGE, Some(next)).await {
                Ok(due) => page = due,
                Err(error) => {
                    self.failure = Some(error);
                    return;
                }
            }
        }
    }

    fn has_done_its_share(&self) -> bool {
        self.tick.asked >= MAX_ASKED || self.tick.due >= MAX_DUE
    }

    async fn ask_for(&mut self, app: &App, check: DueCheck, now: Timestamp) {
        let overdue = now.duration_since(check.check_at).as_secs();
        self.tick.oldest_overdue_seconds = self.tick.oldest_overdue_seconds.max(overdue);
        self.tick.due += 1;
        match app.events.insert(&event(check, now)).await {
            Ok(Insertion::Inserted) => self.tick.asked += 1,
            Ok(_) => {}
            Err(error) => self.failure = Some(error),
        }
    }
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
