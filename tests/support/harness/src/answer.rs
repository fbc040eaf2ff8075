//! The result of an invocation.

use std::time::Duration;

use serde_json::Value;

/// The result of an invocation.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How the invocation ended.
    pub outcome: Outcome,
    /// The time since the process received the event.
    pub took: Duration,
}

/// The outcome of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function responded.
    Response(Vec<u8>),
    /// The function, or its init, reported an error.
    Error(Vec<u8>),
    /// The process ended before it responded.
    Died,
    /// The response was not in time, so the harness ended the process.
    TimedOut,
}

impl Answer {
    /// Returns the function's response, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        match &self.outcome {
            Outcome::Response(body) => serde_json::from_slice(body).ok(),
            _ => None,
        }
    }

    /// Returns the HTTP status that a caller of a function URL gets: 502 if there is no response.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>
    pub fn status(&self) -> u16 {
        const BAD_GATEWAY: u16 = 502;
        self.json()
            .and_then(|answer| answer.get("statusCode")?.as_u64())
            .and_then(|status| status.try_into().ok())
            .unwrap_or(BAD_GATEWAY)
    }

    /// Returns whether an HTTP function responded with a 2xx status.
    pub fn is_2xx(&self) -> bool {
        (200..300).contains(&self.status())
    }
}
