//! Checks that a measured invocation did its work: a benchmark of refusals is worthless.

use std::ops::{Mul, Sub};

use harness::Answer;
use serde_json::json;

use super::{FLOOR, RIVAL};

/// The number of requests that a function has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Requests to the tables.
    pub dynamodb: u64,
    /// Requests to Pluggy.
    pub pluggy: u64,
    /// Requests to the event bus.
    pub event_bridge: u64,
}

impl Requests {
    /// Returns the requests of one invocation, once the function has the API key, knows the connector and remembers that no
    /// user is erased.
    pub fn of_invocation(name: &str) -> Self {
        let [dynamodb, pluggy, event_bridge] = match name {
            FLOOR => [0, 0, 0],
            "webhook" | RIVAL | "item-status" => [1, 0, 0],
            "connect-events" => [2, 0, 0],
            "connect-token" | "item-sync" => [2, 1, 0],
            "publish" => [0, 0, 1],
            other => panic!("{other} has no number of requests here"),
        };
        Self {
            dynamodb,
            pluggy,
            event_bridge,
        }
    }
}

impl Sub for Requests {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            dynamodb: self.dynamodb - before.dynamodb,
            pluggy: self.pluggy - before.pluggy,
            event_bridge: self.event_bridge - before.event_bridge,
        }
    }
}

impl Mul<u64> for Requests {
    type Output = Self;

    fn mul(self, invocations: u64) -> Self {
        Self {
            dynamodb: self.dynamodb * invocations,
            pluggy: self.pluggy * invocations,
            event_bridge: self.event_bridge * invocations,
        }
    }
}

/// Checks that a process made enough requests to have done the work of so many invocations with so many records. Init and
/// the first invocation may make more.
pub fn assert_work(name: &str, invocations: u64, records: u64, made: Requests) {
    let needed = match name {
        // A batch is read by one request.
        "item-sync" => Requests {
            dynamodb: invocations + records,
            pluggy: records,
            event_bridge: 0,
        },
        _ => Requests::of_invocation(name) * invocations,
    };
    let is_work = made.dynamodb >= needed.dynamodb
        && made.pluggy >= needed.pluggy
        && made.event_bridge >= needed.event_bridge;
    assert!(is_work, "{name}: {made:?} instead of {needed:?}");
}

/// Checks that the response says that the function did its work.
pub fn assert_success(name: &str, answer: &Answer) {
    let expected = match name {
        "item-sync" | "publish" => {
            let failures = json!({ "batchItemFailures": [] });
            return assert_eq!(answer.json(), Some(failures), "{name}: {answer:?}");
        }
        "connect-events" => 202,
        _ => 200,
    };
    assert_eq!(answer.status(), expected, "{name}: {answer:?}");
}
