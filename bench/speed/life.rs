//! One process of a function, from its start.

use std::cell::Cell;
use std::time::Duration;

use harness::{CpuQuota, Function, FunctionSettings};
use tests::Testbed;
use tests::testbed::{assert_success, assert_work};

/// Longer than any invocation, even with a quota.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The environment in which the processes run one after the other.
pub(crate) struct Stage<'a> {
    pub(crate) testbed: &'a Testbed,
    next_event: Cell<u64>,
}

/// The measurements of one process.
pub(crate) struct Life {
    pub(crate) init: Duration,
    pub(crate) first: Duration,
    pub(crate) warm: Vec<Duration>,
    /// Processor time of init and the first invocation.
    pub(crate) start_cpu: Duration,
    /// Processor time of each warm invocation.
    pub(crate) cpu: Duration,
    pub(crate) peak_memory: u64,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(testbed: &'a Testbed) -> Self {
        Self {
            testbed,
            next_event: Cell::new(0),
        }
    }

    /// Starts a process, ends it, and returns the time of its init.
    pub(crate) async fn init(&self, settings: FunctionSettings) -> Duration {
        let function = Function::start(settings).await.unwrap();
        let init = function.init().await.unwrap();
        function.stop().await;
        init
    }

    /// Starts a process and measures its first and `warm` further invocations. With a quota, all invocations are under
    /// it.
    pub(crate) async fn live(&self, name: &str, warm: usize, quota: Option<&CpuQuota>) -> Life {
        self.testbed.renew_hints().await;
        let requests = self.testbed.requests();
        let function = Function::start(self.testbed.settings(name)).await.unwrap();
        let init = function.init().await.unwrap();
        if let Some(quota) = quota {
            function.throttle(quota).await.unwrap();
        }
        let first = self.invoke(&function, name).await;
        let before = function.usage().await.unwrap();
        let mut times = Vec::with_capacity(warm);
        for _ in 0..warm {
            times.push(self.invoke(&function, name).await);
        }
        let after = function.usage().await.unwrap();
        function.stop().await;
        let invocations = u64::try_from(1 + warm).unwrap();
        assert_work(
            name,
            invocations,
            invocations,
            self.testbed.requests() - requests,
        );
        Life {
            init,
            first,
            warm: times,
            start_cpu: before.cpu,
            cpu: after.cpu.saturating_sub(before.cpu) / u32::try_from(warm).unwrap(),
            peak_memory: after.peak_memory,
        }
    }

    async fn invoke(&self, function: &Function, name: &str) -> Duration {
        let number = self.next_event.get();
        self.next_event.set(number + 1);
        let event = self.testbed.event(name, number);
        let answer = function.invoke(&event, TIMEOUT).await.unwrap();
        assert_success(name, &answer);
        answer.took
    }
}
