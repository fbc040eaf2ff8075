//! A function that stands still between its errands, and whose connections die meanwhile.

use std::time::Duration;

use harness::{FaultProxy, Function};
use pluggy::ItemId;

use super::death::Death;
use super::errand::{Done, Errand};
use crate::stack::Stack;

/// A function, and what it is connected to.
pub(super) struct Sleeper {
    stack: Stack,
    function: Function,
    errand: Errand,
    items: Vec<ItemId>,
    /// How many connections there were before.
    others: [usize; 2],
    pub(super) seen: Seen,
}

/// When a process is frozen that has just been started.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// When it waits for its first event.
    FirstWait,
    /// So long after its start, whatever it does.
    After(Duration),
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) errands: usize,
    /// How many connections died.
    pub(super) dead: usize,
    /// How many errands after a sleep needed a new connection.
    pub(super) reconnected: usize,
    pub(super) errors: Vec<String>,
    pub(super) slowest: Duration,
}

impl Sleeper {
    /// For as many errands at most.
    pub(super) async fn start(errand: Errand, errands: usize) -> Self {
        let stack = Stack::over_tls().await;
        let items = errand.items(&stack, errands).await;
        let others = connections(&stack);
        Self {
            function: stack.function(errand.function()).await,
            others,
            stack,
            errand,
            items,
            seen: Seen::default(),
        }
    }

    /// The next errand, with connections as they are.
    pub(super) async fn run(&mut self) {
        let done = self.errand().await;
        self.note(done, &[]);
    }

    /// The next errand after a sleep; in it, or just after it, the connections to DynamoDB and to Pluggy die.
    pub(super) async fn sleep_and_run(&mut self, deaths: [Death; 2]) {
        let [of_dynamodb, of_pluggy] = deaths;
        self.function.freeze().await;
        self.seen.dead += of_dynamodb.while_frozen(&self.stack.dynamodb).await;
        self.seen.dead += of_pluggy.while_frozen(&self.stack.pluggy).await;
        self.function.thaw().await;
        let before = self.connections();
        let (done, to_dynamodb, to_pluggy) = tokio::join!(
            self.errand(),
            of_dynamodb.while_thawed(&self.stack.dynamodb),
            of_pluggy.while_thawed(&self.stack.pluggy),
        );
        self.seen.dead += to_dynamodb + to_pluggy;
        self.seen.reconnected += usize::from(self.connections() != before);
        self.note(done, &deaths);
    }

    /// The next errand in another process, which stands still at some moment of its start.
    pub(super) async fn start_over_and_run(&mut self, moment: Moment, deaths: [Death; 2]) {
        self.function = self.stack.function(self.errand.function()).await;
        match moment {
            Moment::FirstWait => {
                self.function.init().await.unwrap();
            }
            Moment::After(time) => tokio::time::sleep(time).await,
        }
        self.sleep_and_run(deaths).await;
    }

    /// The next errand after a sleep of this length, in which nothing dies.
    pub(super) async fn sleep_in_peace_and_run(&mut self, time: Duration) {
        self.function.freeze().await;
        tokio::time::sleep(time).await;
        self.function.thaw().await;
        self.run().await;
    }

    /// How many connections the function has made to DynamoDB and to Pluggy.
    pub(super) fn connections(&self) -> [usize; 2] {
        let ([dynamodb, pluggy], [others, more]) = (connections(&self.stack), self.others);
        [dynamodb - others, pluggy - more]
    }

    /// That nothing is lost of what was answered.
    pub(super) async fn check(&self) {
        let errands = self.seen.errands;
        self.errand.check(&self.stack, &self.items, errands).await;
    }

    async fn errand(&self) -> Done {
        let number = self.seen.errands;
        self.errand
            .run(&self.stack, &self.function, &self.items, number)
            .await
    }

    fn note(&mut self, done: Done, deaths: &[Death]) {
        let seen = &mut self.seen;
        seen.errands += 1;
        let error = done.error.map(|error| format!("{deaths:?}: {error}"));
        seen.errors.extend(error);
        seen.slowest = seen.slowest.max(done.took);
    }
}

fn connections(stack: &Stack) -> [usize; 2] {
    [&stack.dynamodb, &stack.pluggy].map(FaultProxy::connections)
}
