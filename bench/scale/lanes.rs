//! The event source mapping of item-sync: each lane of the stream has an execution environment, as Lambda gives it one
//! under load.

use std::collections::VecDeque;
use std::time::Duration;

use harness::{CpuQuota, Fed, Function, FunctionSettings, Shards, StreamMapping, Usage};
use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until, timeout};

/// The time between two polls of a shard that has nothing. After a batch Lambda polls at once.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
const POLL: Duration = Duration::from_millis(250);
/// Longer than any batch, even if it is repeated.
const PATIENCE: Duration = Duration::from_mins(5);

/// The settings of the mapping and of its environments.
#[derive(Clone)]
pub(crate) struct Mapping {
    pub(crate) function: FunctionSettings,
    pub(crate) shards: Shards,
    pub(crate) batches: StreamMapping,
    /// The memory in MB whose share of a processor each environment has; a whole one without.
    pub(crate) memory: Option<u32>,
}

/// The lanes of a run. They end when this is dropped.
pub(crate) struct Lanes {
    shards: Shards,
    queues: Vec<UnboundedSender<Vec<Value>>>,
    finished: UnboundedReceiver<Batch>,
    waiting: usize,
    /// The batches so far.
    pub(crate) batches: Vec<Batch>,
}

/// A batch that is handled, or given up.
pub(crate) struct Batch {
    pub(crate) lane: usize,
    pub(crate) began: Instant,
    pub(crate) records: Vec<Value>,
    pub(crate) fed: Fed,
    /// The usage of the environment since its start.
    pub(crate) usage: Usage,
}

/// One execution environment.
struct Environment {
    function: Function,
    /// Ends after the process.
    _quota: Option<CpuQuota>,
}

impl Lanes {
    pub(crate) fn start(mapping: &Mapping) -> Self {
        let (done, finished) = mpsc::unbounded_channel();
        let queues = (0..mapping.shards.lanes()).map(|lane| {
            let (queue, records) = mpsc::unbounded_channel();
            let polls = Polls::of_lane(lane, mapping.shards.lanes());
            tokio::spawn(handle(lane, mapping.clone(), records, polls, done.clone()));
            queue
        });
        Self {
            shards: mapping.shards,
            queues: queues.collect(),
            finished,
            waiting: 0,
            batches: Vec::new(),
        }
    }

    /// Adds records to their lanes, those of a lane at once.
    pub(crate) fn push(&mut self, records: Vec<Value>) {
        self.waiting += records.len();
        let mut of_lanes = vec![Vec::new(); self.queues.len()];
        for record in records {
            of_lanes[self.shards.lane(&record)].push(record);
        }
        for (queue, records) in self.queues.iter().zip(of_lanes) {
            queue.send(records).unwrap();
        }
    }

    /// Returns when all records are handled.
    pub(crate) async fn handled(&mut self) {
        while self.waiting > 0 {
            let batch = timeout(PATIENCE, self.finished.recv()).await;
            let batch = batch.unwrap().expect("the lane did not fail");
            self.waiting -= batch.records.len();
            self.batches.push(batch);
        }
    }
}

/// The polls of a lane's shard.
struct Polls {
    last: Instant,
}

impl Polls {
    /// Returns the polls of a lane. Those of different lanes come at different times.
    fn of_lane(lane: usize, lanes: usize) -> Self {
        let share =
            f64::from(u32::try_from(lane).unwrap()) / f64::from(u32::try_from(lanes).unwrap());
        Self {
            last: Instant::now() - POLL.mul_f64(share),
        }
    }

    /// Waits for the next poll.
    async fn next(&mut self) {
        while self.last <= Instant::now() {
            self.last += POLL;
        }
        sleep_until(self.last).await;
    }

    fn poll_now(&mut self) {
        self.last = Instant::now();
    }
}

/// Handles the records of a lane. A batch has what is there, up to the size of a batch: the template sets no batching
/// window.
async fn handle(
    lane: usize,
    mapping: Mapping,
    mut queue: UnboundedReceiver<Vec<Value>>,
    mut polls: Polls,
    finished: UnboundedSender<Batch>,
) {
    let mut environment = None;
    let mut records = VecDeque::new();
    loop {
        while let Ok(more) = queue.try_recv() {
            records.extend(more);
        }
        if records.is_empty() {
            let Some(more) = queue.recv().await else {
                return;
            };
            records.extend(more);
            polls.next().await;
            continue;
        }
        let size = mapping.batches.batch_size.min(records.len());
        let batch: Vec<Value> = records.drain(..size).collect();
        let began = Instant::now();
        let environment = match &mut environment {
            Some(environment) => environment,
            none @ None => none.insert(start(&mapping).await),
        };
        let function = &environment.function;
        let fed = mapping.batches.feed(function, &batch).await.unwrap();
        let usage = function.usage().await.unwrap();
        polls.poll_now();
        // Without a receiver the run has ended.
        let _ = finished.send(Batch {
            lane,
            began,
            records: batch,
            fed,
            usage,
        });
    }
}

async fn start(mapping: &Mapping) -> Environment {
    let function = Function::start(mapping.function.clone()).await.unwrap();
    let quota = mapping.memory.map(|megabytes| {
        // Checked before the runs.
        CpuQuota::of_memory(megabytes).unwrap()
    });
    if let Some(quota) = &quota {
        // Init has a whole processor.
        function.init().await.unwrap();
        function.throttle(quota).await.unwrap();
    }
    Environment {
        function,
        _quota: quota,
    }
}
