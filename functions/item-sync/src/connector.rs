//! The decision about a connector after the fetch of its health.

use client::chain;
use connection::{CONNECTOR_FETCH_INTERVAL, FAILED_RETRY_DELAY, MISSING_CONFIRMATION_DELAY};
use jiff::{SignedDuration, Timestamp};
use pluggy::Connector;
use store::StoredConnector;

use crate::gate::is_newer;
use crate::group::ConnectorSignals;
use crate::outcome::Outcome;
use crate::response::Response;
use crate::retry::{after, next_attempt};

/// A retired connector is fetched until Pluggy has deleted its last items, which it keeps for 30 days.
const REMEMBER_RETIRED: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The result of a connector's fetch: what to write and log.
#[derive(Debug)]
pub(crate) struct ConnectorDecision {
    pub(crate) outcome: Outcome,
    pub(crate) write: ConnectorWrite,
    /// The failure to log.
    pub(crate) failure: Option<String>,
}

/// The write to a connector's row.
#[derive(Debug, PartialEq)]
pub(crate) enum ConnectorWrite {
    Snapshot {
        connector: Box<Connector>,
        next_fetch_at: Timestamp,
    },
    Schedule {
        next_fetch_at: Timestamp,
        fetch_failures: u32,
    },
    /// Pluggy does not have it.
    Missing { next_fetch_at: Timestamp },
    /// Pluggy has not had it for so long that its row is removed.
    Forget,
}

/// Returns whether the connector was fetched after its events.
pub(crate) fn is_up_to_date(stored: Option<&StoredConnector>, signals: ConnectorSignals) -> bool {
    let fetched_at = stored.and_then(|stored| stored.fetched_at);
    fetched_at.is_some_and(|fetched_at| is_newer(fetched_at, signals.last_received_at))
}

/// Returns what the response to a request sent at `fetched_at` leads to.
pub(crate) fn decide_connector(
    stored: Option<&StoredConnector>,
    signals: ConnectorSignals,
    response: Response<Connector>,
    fetched_at: Timestamp,
) -> ConnectorDecision {
    let failures = stored.map_or(0, |stored| stored.fetch_failures);
    match response {
        Response::Found(connector) => {
            let connector = Box::new(Connector {
                id: signals.id,
                ..connector
            });
            let next_fetch_at = after(fetched_at, CONNECTOR_FETCH_INTERVAL);
            decision(
                Outcome::Stored,
                ConnectorWrite::Snapshot {
                    connector,
                    next_fetch_at,
                },
            )
        }
        Response::NotFound => {
            let missing_since = stored.and_then(|stored| stored.missing_since);
            let missing_for = fetched_at.duration_since(missing_since.unwrap_or(fetched_at));
            let write = match next_fetch_delay(missing_for) {
                Some(delay) => ConnectorWrite::Missing {
                    next_fetch_at: after(fetched_at, delay),
                },
                None => ConnectorWrite::Forget,
            };
            decision(Outcome::Unknown, write)
        }
        Response::Failed(error) => {
            let fetch_failures = failures.saturating_add(1);
            let target = u128::from(signals.id.unsigned_abs());
            let write = ConnectorWrite::Schedule {
                next_fetch_at: next_attempt(target, fetch_failures, fetched_at, &error),
                fetch_failures,
            };
            ConnectorDecision {
                failure: Some(chain(&error)),
                ..decision(Outcome::BackedOff, write)
            }
        }
        Response::Deferred(until) | Response::Cut(until) => {
            let write = ConnectorWrite::Schedule {
                next_fetch_at: until,
                fetch_failures: failures,
            };
            decision(Outcome::Deferred, write)
        }
    }
}

/// Returns the decision about a connector that our code cannot handle.
pub(crate) fn failed_connector(error: &dyn std::error::Error, now: Timestamp) -> ConnectorDecision {
    let write = ConnectorWrite::Schedule {
        next_fetch_at: after(now, FAILED_RETRY_DELAY),
        fetch_failures: 1,
    };
    ConnectorDecision {
        failure: Some(chain(error)),
        ..decision(Outcome::Failed, write)
    }
}

fn decision(outcome: Outcome, write: ConnectorWrite) -> ConnectorDecision {
    ConnectorDecision {
        outcome,
        write,
        failure: None,
    }
}

/// Returns the delay of the next fetch for a connector that has been missing for this long, or `None` when
/// its row can be removed.
fn next_fetch_delay(missing_for: SignedDuration) -> Option<SignedDuration> {
    if missing_for < MISSING_CONFIRMATION_DELAY {
        Some(MISSING_CONFIRMATION_DELAY - missing_for)
    } else if missing_for < REMEMBER_RETIRED {
        Some(CONNECTOR_FETCH_INTERVAL)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_connector_is_asked_for_after_an_hour_and_then_daily_until_nobody_has_it() {
        let hours = SignedDuration::from_hours;

        assert_eq!(next_fetch_delay(hours(0)), Some(hours(1)));
        assert_eq!(
            next_fetch_delay(SignedDuration::from_mins(50)),
            Some(SignedDuration::from_mins(10))
        );
        assert_eq!(next_fetch_delay(hours(1)), Some(hours(24)));
        assert_eq!(next_fetch_delay(hours(60 * 24)), None);
    }
}
