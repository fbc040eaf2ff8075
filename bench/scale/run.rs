//! One run, and what it has done.

use std::collections::BTreeMap;
use std::time::Duration;

use bench::progress::Progress;
use bench::scale::{Call, Event, Percentiles, Run, Shares, Snapshot, Stage, Timeline};
use bench::statistics::{milliseconds, percentile, sorted};
use harness::{Function, Observed, Usage, thread_cpu};
use serde_json::Value;
use store::schema;
use tokio::time::{Instant, sleep_until};

use crate::lanes::{Lanes, Mapping};
use crate::load;
use crate::plan::{Load, Plan};
use crate::testbed::{DYNAMODB_THREADS, PLUGGY_THREADS, Testbed};

/// The schedule of the scheduler in the template.
const MINUTE: Duration = Duration::from_mins(1);
/// More than any run needs until the last deferred item is fetched.
const MINUTES: u32 = 15;
const TIMEOUT: Duration = Duration::from_secs(30);

/// The begin of a run.
#[derive(Clone, Copy)]
struct Begin {
    at: Instant,
    dynamodb: Duration,
    pluggy: Duration,
}

/// Requests that the endpoints have seen.
#[derive(Default)]
struct Seen {
    timeline: Timeline,
    fetches: usize,
    limited: usize,
    writes: usize,
}

/// Runs item-sync. Every event must lead to a snapshot that was fetched after it.
pub(crate) async fn run(testbed: &mut Testbed, plan: &Plan, progress: &Progress) -> Run {
    let items = testbed.items[..plan.items()].to_vec();
    testbed.prepare(&items, plan.pluggy).await;
    let mut lanes = Lanes::start(&Mapping {
        function: testbed.settings("item-sync", plan.bootstrap.clone()),
        shards: plan.shards,
        batches: plan.batches,
        memory: plan.memory,
    });
    let (begin, events) = match plan.load {
        Load::Burst { .. } => {
            let received_at = load::store_burst(testbed, &items).await;
            let records = testbed.new_records().await;
            let begin = Begin::now(testbed);
            lanes.push(records);
            (begin, load::burst(&items, received_at, begin.at))
        }
        Load::Flow(flow) => {
            let begin = Begin::now(testbed);
            (begin, load::flow(testbed, &mut lanes, &items, flow).await)
        }
    };
    lanes.handled().await;
    let (handled, shares) = (begin.at.elapsed(), begin.shares(&lanes));

    let mut seen = Seen::default();
    seen.add(testbed);
    let fetches_at_first = seen.fetches;
    repair(testbed, &mut lanes, &mut seen, &events, begin.at, progress).await;
    for batch in &lanes.batches {
        for record in &batch.records {
            seen.timeline.add_batch(item(record), batch.began);
        }
    }
    let stages: Vec<Stage> = events
        .iter()
        .map(|event| seen.timeline.stage(event).unwrap())
        .collect();
    for batch in &lanes.batches {
        let is_handled = batch.fed.dropped.is_empty() && batch.fed.unanswered == 0;
        assert!(is_handled, "{:?}", batch.fed);
    }
    let since = events.iter().map(|event| event.received_at).min();
    testbed.assert_fetched(&items, since.unwrap()).await;
    let usages = usages(&lanes);
    let billed: Duration = lanes.batches.iter().map(|batch| batch.fed.billed).sum();
    let last_visible = stages.iter().map(|stage| stage.visible).max().unwrap();
    Run {
        name: plan.name.clone(),
        is_burst: matches!(plan.load, Load::Burst { .. }),
        events: events.len(),
        items: items.len(),
        environments: usages.len(),
        invocations: sum(&lanes, |batch| batch.invocations),
        unfinished: sum(&lanes, |batch| batch.unfinished),
        fetches: seen.fetches,
        fetches_at_first,
        handled: handled.as_secs_f64(),
        limited: seen.limited,
        writes: seen.writes,
        last_visible: last_visible.duration_since(begin.at).as_secs_f64(),
        billed: billed.as_secs_f64() / f64::from(u32::try_from(events.len()).unwrap()),
        to_status: percentiles(stages.iter().map(|stage| stage.to_status)),
        before: percentiles(stages.iter().map(|stage| stage.before)),
        own: percentiles(stages.iter().map(|stage| stage.own)),
        shares,
        peak_memory: usages
            .values()
            .map(|usage| usage.peak_memory)
            .max()
            .unwrap(),
    }
}

/// Runs the scheduler each minute until the items that were deferred are visible too.
async fn repair(
    testbed: &mut Testbed,
    lanes: &mut Lanes,
    seen: &mut Seen,
    events: &[Event],
    began: Instant,
    progress: &Progress,
) {
    if seen.timeline.invisible(events) == 0 {
        return;
    }
    let scheduler = testbed.settings("scheduler", None);
    let scheduler = Function::start(scheduler).await.unwrap();
    for minute in 1..=MINUTES {
        let invisible = seen.timeline.invisible(events);
        progress.report(
            format_args!("{invisible} events wait for the scheduler"),
            1,
            1,
        );
        sleep_until(began + MINUTE * minute).await;
        let answer = scheduler.invoke(b"{}", TIMEOUT).await.unwrap();
        assert!(answer.json().is_some(), "{answer:?}");
        lanes.push(testbed.new_records().await);
        lanes.handled().await;
        seen.add(testbed);
        if seen.timeline.invisible(events) == 0 {
            return;
        }
    }
    panic!("not every event led to a snapshot within {MINUTES} minutes");
}

impl Begin {
    /// Begins to observe the endpoints and to measure.
    fn now(testbed: &Testbed) -> Self {
        testbed.dynamodb.observe();
        testbed.pluggy.observe();
        Self {
            dynamodb: thread_cpu(DYNAMODB_THREADS),
            pluggy: thread_cpu(PLUGGY_THREADS),
            at: Instant::now(),
        }
    }

    /// Returns the shares of the processors from the begin until now.
    fn shares(&self, lanes: &Lanes) -> Shares {
        let processors = std::thread::available_parallelism().unwrap();
        let processors = f64::from(u32::try_from(processors.get()).unwrap());
        let all = self.at.elapsed().as_secs_f64() * processors;
        let share = |time: Duration| 100.0 * time.as_secs_f64() / all;
        Shares {
            dynamodb: share(thread_cpu(DYNAMODB_THREADS).saturating_sub(self.dynamodb)),
            pluggy: share(thread_cpu(PLUGGY_THREADS).saturating_sub(self.pluggy)),
            item_sync: share(usages(lanes).values().map(|usage| usage.cpu).sum()),
        }
    }
}

impl Seen {
    /// Adds what the endpoints have seen since the last call.
    fn add(&mut self, testbed: &Testbed) {
        for call in testbed.pluggy.observed() {
            let Some(item) = call.request.uri().path().strip_prefix("/items/") else {
                continue;
            };
            if !call.status.is_success() {
                self.limited += usize::from(call.status.as_u16() == 429);
                continue;
            }
            self.fetches += 1;
            self.timeline.add_calls([Call {
                item: item.to_owned(),
                began: call.began,
                ended: call.ended,
            }]);
        }
        let table = &testbed.deployment.tables.items;
        for request in testbed.dynamodb.observed() {
            let written = Written::of(&request, table);
            self.writes += usize::from(written.is_some());
            let snapshot = written.and_then(|written| written.snapshot);
            self.timeline.add_snapshots(snapshot);
        }
    }
}

/// A write to an item's row.
struct Written {
    /// The snapshot, if it wrote one.
    snapshot: Option<Snapshot>,
}

impl Written {
    /// Returns the write of a request; `None` if it is none, or was refused.
    fn of(request: &Observed, table: &str) -> Option<Self> {
        let operation = request.request.headers().get("x-amz-target")?;
        let is_write = [".PutItem", ".UpdateItem"].iter().any(|name| {
            operation
                .to_str()
                .is_ok_and(|operation| operation.ends_with(name))
        });
        if !is_write || !request.status.is_success() {
            return None;
        }
        let body: Value = serde_json::from_slice(request.request.body()).ok()?;
        if body["TableName"] != table {
            return None;
        }
        let row = &body["Item"];
        let key = row[schema::PARTITION_KEY]["S"].as_str();
        let snapshot = || {
            Some(Snapshot {
                item: key?.strip_prefix(schema::ITEM_PREFIX)?.to_owned(),
                fetched_at: row["fetchedAt"]["N"].as_str()?.parse().ok()?,
                written: request.ended,
            })
        };
        Some(Self {
            snapshot: snapshot(),
        })
    }
}

/// Returns the item of a record.
fn item(record: &Value) -> &str {
    let key = record["dynamodb"]["Keys"][schema::PARTITION_KEY]["S"].as_str();
    key.unwrap().trim_start_matches(schema::ITEM_PREFIX)
}

/// Returns the usage of each environment.
fn usages(lanes: &Lanes) -> BTreeMap<usize, Usage> {
    let batches = lanes.batches.iter();
    batches.map(|batch| (batch.lane, batch.usage)).collect()
}

fn sum(lanes: &Lanes, count: impl Fn(&harness::Fed) -> usize) -> usize {
    lanes.batches.iter().map(|batch| count(&batch.fed)).sum()
}

fn percentiles(times: impl Iterator<Item = Duration>) -> Percentiles {
    let times = sorted(times);
    Percentiles {
        p50: milliseconds(percentile(&times, 50)),
        p99: milliseconds(percentile(&times, 99)),
    }
}
