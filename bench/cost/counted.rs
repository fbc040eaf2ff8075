//! The resources that one kind of operation used.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::AddAssign;
use std::time::Duration;

use harness::Units;

/// The resources that a number of operations of one kind used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) name: &'static str,
    /// The number of operations.
    pub(crate) things: usize,
    /// The work, by function.
    pub(crate) functions: BTreeMap<&'static str, Work>,
    /// The requests to DynamoDB, by operation and table.
    pub(crate) requests: BTreeMap<String, RequestCount>,
    /// Responses from Pluggy.
    pub(crate) pluggy: usize,
    /// Events on the bus, each of at most 64 KB.
    pub(crate) bus_events: usize,
    /// Requests that came through the HTTP API.
    pub(crate) api_requests: usize,
}

/// The work of a function.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work {
    pub(crate) invocations: usize,
    /// Processor time, in user space and in the kernel.
    pub(crate) cpu: Duration,
    /// Number of times that it waited for a response.
    pub(crate) waits: Waits,
    /// Bytes that the function wrote to its log.
    pub(crate) log_bytes: usize,
    /// Bytes that Lambda wrote to it.
    pub(crate) lambda_log_bytes: usize,
}

/// One kind of request to DynamoDB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequestCount {
    pub(crate) requests: usize,
    pub(crate) units: Units,
}

/// Number of times that a function waited for a response. The requests that it has in flight at the same time are one
/// wait.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waits {
    pub(crate) dynamodb: usize,
    pub(crate) event_bridge: usize,
    pub(crate) pluggy: usize,
}

impl AddAssign for Waits {
    fn add_assign(&mut self, more: Self) {
        self.dynamodb += more.dynamodb;
        self.event_bridge += more.event_bridge;
        self.pluggy += more.pluggy;
    }
}

impl Sum for Waits {
    fn sum<I: Iterator<Item = Self>>(waits: I) -> Self {
        waits.fold(Self::default(), |mut sum, more| {
            sum += more;
            sum
        })
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, more: Self) {
        self.invocations += more.invocations;
        self.cpu += more.cpu;
        self.waits += more.waits;
        self.log_bytes += more.log_bytes;
        self.lambda_log_bytes += more.lambda_log_bytes;
    }
}

impl Counted {
    /// Adds the counts of the same operations from before.
    pub(crate) fn with(mut self, before: Self) -> Self {
        for (name, more) in before.functions {
            *self.functions.entry(name).or_default() += more;
        }
        for (name, more) in before.requests {
            let count = self.requests.entry(name).or_default();
            count.requests += more.requests;
            count.units += more.units;
        }
        self.pluggy += before.pluggy;
        self.bus_events += before.bus_events;
        self
    }

    /// Returns `amount` per thousand operations.
    pub(crate) fn per_thousand(&self, amount: f64) -> f64 {
        amount * 1000.0 / self.things as f64
    }

    pub(crate) fn invocations(&self) -> usize {
        self.functions.values().map(|work| work.invocations).sum()
    }

    pub(crate) fn cpu(&self) -> Duration {
        self.functions.values().map(|work| work.cpu).sum()
    }

    pub(crate) fn waits(&self) -> Waits {
        self.functions.values().map(|work| work.waits).sum()
    }

    pub(crate) fn log_bytes(&self) -> usize {
        self.functions.values().map(|work| work.log_bytes).sum()
    }

    pub(crate) fn lambda_log_bytes(&self) -> usize {
        let bytes = self.functions.values().map(|work| work.lambda_log_bytes);
        bytes.sum()
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.values().map(|count| count.requests).sum()
    }

    pub(crate) fn units(&self) -> Units {
        self.requests.values().map(|count| count.units).sum()
    }
}
