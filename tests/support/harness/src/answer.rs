//! What came of an invocation.

use std::time::Duration;

use serde_json::Value;

/// What came of an invocation.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// From the moment when the process got the event.
    pub took: Duration,
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Response(Vec<u8>),
    /// The function, or its init, reported an error.
    Error(Vec<u8>),
    /// The process ended before it answered.
    Died,
    /// There was no answer in time, and so the process was ended.
    TimedOut,
}

impl Answer {
    /// What the function answered, if that is JSON.
    pub fn json(&self) -> Option<Value> {
        match &self.outcome {
            Outcome::Response(body) => serde_json::from_slice(body).ok(),
            _ => None,
        }
    }

    /// The HTTP status that a caller of a function URL sees: 502 where there is no answer.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>
    pub fn status(&self) -> u16 {
        const BAD_GATEWAY: u16 = 502;
        self.json()
            .and_then(|answer| answer.get("statusCode")?.as_u64())
            .and_then(|status| status.try_into().ok())
            .unwrap_or(BAD_GATEWAY)
    }

    /// Whether an HTTP function said that all went well.
    pub fn is_2xx(&self) -> bool {
        (200..300).contains(&self.status())
    }
}
