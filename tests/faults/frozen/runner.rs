//! A function that is frozen between its jobs, and whose connections die meanwhile.

use std::time::Duration;

use harness::{FaultProxy, Function};
use pluggy::ItemId;

use super::death::Death;
use super::job::{Done, Job};
use crate::stack::Stack;

/// A function and its connections.
pub(super) struct Runner {
    stack: Stack,
    function: Function,
    job: Job,
    items: Vec<ItemId>,
    /// The number of connections that existed before.
    others: [usize; 2],
    pub(super) seen: Seen,
}

/// The moment at which a just started process is frozen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// When it waits for its first event.
    FirstWait,
    /// The given time after its start, whatever it does then.
    After(Duration),
}

/// The observed results.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) jobs: usize,
    /// The number of connections that died.
    pub(super) dead: usize,
    /// The number of jobs after a freeze that needed a new connection.
    pub(super) reconnected: usize,
    pub(super) errors: Vec<String>,
    pub(super) slowest: Duration,
}

impl Runner {
    /// Starts a function for at most this many jobs.
    pub(super) async fn start(job: Job, jobs: usize) -> Self {
        let stack = Stack::over_tls().await;
        let items = job.items(&stack, jobs).await;
        let others = connections(&stack);
        Self {
            function: stack.function(job.function()).await,
            others,
            stack,
            job,
            items,
            seen: Seen::default(),
        }
    }

    /// Runs the next job with the connections as they are.
    pub(super) async fn run(&mut self) {
        let done = self.run_job().await;
        self.note(done, &[]);
    }

    /// Runs the next job after a freeze. The connections to DynamoDB and Pluggy die in the freeze or just after it.
    pub(super) async fn freeze_and_run(&mut self, deaths: [Death; 2]) {
        let [of_dynamodb, of_pluggy] = deaths;
        self.function.freeze().await;
        self.seen.dead += of_dynamodb.while_frozen(&self.stack.dynamodb).await;
        self.seen.dead += of_pluggy.while_frozen(&self.stack.pluggy).await;
        self.function.thaw().await;
        let before = self.connections();
        let (done, to_dynamodb, to_pluggy) = tokio::join!(
            self.run_job(),
            of_dynamodb.while_thawed(&self.stack.dynamodb),
            of_pluggy.while_thawed(&self.stack.pluggy),
        );
        self.seen.dead += to_dynamodb + to_pluggy;
        self.seen.reconnected += usize::from(self.connections() != before);
        self.note(done, &deaths);
    }

    /// Runs the next job in another process, which is frozen at a moment of its start.
    pub(super) async fn start_over_and_run(&mut self, moment: Moment, deaths: [Death; 2]) {
        self.function = self.stack.function(self.job.function()).await;
        match moment {
            Moment::FirstWait => {
                self.function.init().await.unwrap();
            }
            Moment::After(time) => tokio::time::sleep(time).await,
        }
        self.freeze_and_run(deaths).await;
    }

    /// Runs the next job after a freeze of this length, in which no connection dies.
    pub(super) async fn freeze_undisturbed_and_run(&mut self, time: Duration) {
        self.function.freeze().await;
        tokio::time::sleep(time).await;
        self.function.thaw().await;
        self.run().await;
    }

    /// Returns the number of connections that the function has made to DynamoDB and to Pluggy.
    pub(super) fn connections(&self) -> [usize; 2] {
        let ([dynamodb, pluggy], [others, more]) = (connections(&self.stack), self.others);
        [dynamodb - others, pluggy - more]
    }

    /// Asserts that no acknowledged work is lost.
    pub(super) async fn check(&self) {
        let jobs = self.seen.jobs;
        self.job.check(&self.stack, &self.items, jobs).await;
    }

    async fn run_job(&self) -> Done {
        let number = self.seen.jobs;
        self.job
            .run(&self.stack, &self.function, &self.items, number)
            .await
    }

    fn note(&mut self, done: Done, deaths: &[Death]) {
        let seen = &mut self.seen;
        seen.jobs += 1;
        let error = done.error.map(|error| format!("{deaths:?}: {error}"));
        seen.errors.extend(error);
        seen.slowest = seen.slowest.max(done.took);
    }
}

fn connections(stack: &Stack) -> [usize; 2] {
    [&stack.dynamodb, &stack.pluggy].map(FaultProxy::connections)
}
