//! A running history: the item's events, the stream, and the running invocations.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::StoredItem;

use crate::checks::{self, Cause};
use crate::events::Sent;
use crate::figures::Figures;
use crate::forger;
use crate::gate::Point;
use crate::hints;
use crate::invocation::Invocation;
use crate::model::{Answer, Kind, LANES};
use crate::neighbors;
use crate::run::Run;
use crate::step::{Batch, Clocks, From, Names, POINTS, Refusals, Script, Stamp, Stamps, Step};
use crate::testbed::Testbed;

/// The user for whom an operator imports the item by mistake.
const IMPORTED_USER: &str = "usr_4";

/// A running history.
pub(crate) struct History<'a> {
    pub(crate) testbed: &'a Testbed,
    pub(crate) figures: &'a mut Figures,
    pub(crate) clocks: Clocks,
    pub(crate) names: Names,
    pub(crate) stamps: Stamps,
    pub(crate) sent: Vec<Sent>,
    pub(crate) handled: Vec<bool>,
    /// The handled records of whose users nothing is kept, because a 404 then left no row or a tombstone.
    pub(crate) forgotten: BTreeSet<usize>,
    pub(crate) row: Option<StoredItem>,
    pub(crate) was_tombstoned: bool,
    neighbors: usize,
    /// The seed of the order in which the fetches of the next batch go on.
    order: u64,
    pub(crate) has_lagged: bool,
    writes: usize,
    replacements: usize,
    /// Whether a response of Pluggy's has replaced the row since the last check.
    pub(crate) is_replaced: bool,
    lanes: [Option<Invoked>; LANES],
}

/// A running invocation of item-sync, and the records of the history's item in its batch.
type Invoked = (Run<Option<usize>>, Vec<usize>);

impl<'a> History<'a> {
    /// Starts a history: creates the testbed's next item at Pluggy.
    pub(crate) fn new(testbed: &'a Testbed, figures: &'a mut Figures, script: &Script) -> Self {
        testbed.pluggy.model().answers_name_the_owner = script.names == Names::Answers;
        let mut history = Self {
            testbed,
            figures,
            clocks: script.clocks,
            names: script.names,
            stamps: script.stamps,
            sent: Vec::new(),
            handled: Vec::new(),
            forgotten: BTreeSet::new(),
            row: None,
            was_tombstoned: false,
            neighbors: script.neighbors,
            order: script.order,
            has_lagged: false,
            writes: 0,
            replacements: testbed.engine.replacements(),
            is_replaced: false,
            lanes: [const { None }; LANES],
        };
        history.change(Kind::LoggedIn, Stamp::New, "item/created");
        history
    }

    pub(crate) async fn step(&mut self, step: Step) -> Result<(), String> {
        self.figures.steps += 1;
        match step {
            Step::Change(kind, stamp) => self.change(kind, stamp, kind.event()),
            Step::ChangeAndDeliver(kind, stamp) => {
                self.change(kind, stamp, kind.event());
                self.deliver(self.sent.len() - 1, None).await;
            }
            Step::Quiet => {
                self.send("transactions/created");
                self.deliver(self.sent.len() - 1, None).await;
            }
            Step::Hint(hinter) => {
                let user = hints::user(hinter);
                let hint = self.testbed.hint(user, self.at(self.clocks.door));
                self.run(hint, None).await;
                self.handled.resize(self.testbed.engine.stream_len(), false);
            }
            Step::Forge(forgery) => self.forge(forgery).await,
            Step::Import => {
                let (run, now) = (self.figures.steps, self.at(self.clocks.door));
                let import = self.testbed.import(IMPORTED_USER, run, now);
                self.run(import, None).await;
                self.handled.resize(self.testbed.engine.stream_len(), false);
            }
            Step::Delete => self.delete(),
            Step::Deliver { event, crash } => {
                self.deliver(usize::from(event) % self.sent.len(), crash)
                    .await;
            }
            Step::Tick { crash } => {
                self.tick(crash).await?;
            }
            Step::Sync {
                lane,
                batch,
                answer,
                crash,
                refused,
            } => {
                let records = self.records(batch);
                return self.sync(lane, records, answer, crash, refused).await;
            }
            Step::Begin {
                lane,
                batch,
                answer,
            } => self.begin(lane, self.records(batch), answer).await,
            Step::Go { lane, points } => self.go(lane, points * (1 + self.neighbors)).await,
            Step::Crash { lane } => self.kill(lane),
            Step::Wait { seconds } => self.wait(SignedDuration::from_secs(seconds.into())).await,
        }
        self.check(Cause::Any).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.testbed.pluggy.model().now
    }

    pub(crate) async fn tick(&mut self, crash: Option<usize>) -> Result<Option<usize>, String> {
        if self.neighbors > 0 {
            neighbors::forget_all(self.testbed).await;
        }
        let now = self.at(self.clocks.door);
        let due = self.testbed.row().await;
        let run = self.testbed.tick(now);
        let requested = self.run(run, crash).await;
        self.handled.resize(self.testbed.engine.stream_len(), false);
        let pace = self.testbed.tables.limit_store().pace().await.unwrap();
        let is_paused = pace.is_some_and(|pace| now < pace.paused_until);
        if let Some(due) = due.filter(|_| requested.is_some() && !is_paused) {
            forger::is_requested(self, &due, now)?;
        }
        Ok(requested)
    }

    /// Handles the records to the end, or to a crash, while nothing else runs on this lane.
    pub(crate) async fn sync(
        &mut self,
        lane: usize,
        records: Vec<usize>,
        answer: Answer,
        crash: Option<usize>,
        refused: Refusals,
    ) -> Result<(), String> {
        self.kill(lane);
        if records.is_empty() {
            return self.check(Cause::Any).await;
        }
        let is_alone = self.lanes.iter().all(Option::is_none);
        let run = self.prepare(lane, &records, answer, refused).await;
        // Each of the fetches beside the item's has as many await points.
        let crash = crash.map(|points| points % (POINTS * (1 + self.neighbors)));
        let Some(reported) = self.run(run, crash).await else {
            return self.check(Cause::Any).await;
        };
        let is_refused = self.check_batch(lane, reported).await?;
        if is_refused {
            return self.check(Cause::Any).await;
        }
        self.ended(&records, reported);
        if !is_alone {
            return self.check(Cause::Any).await;
        }
        self.count_calls_of_the_forger(lane, &records);
        let pace = self.testbed.tables.limit_store().pace().await;
        let invocation = Invocation {
            is_limited: pace.unwrap().is_some(),
            records: records.iter().map(|record| self.image(*record)).collect(),
            fetched_at: self.at(self.clocks.lanes[lane]),
            given: self.testbed.pluggy.model().given[lane],
        };
        self.check(Cause::After(invocation)).await
    }

    /// Checks what a batch that has ended wrote about the other items, and what it reports. Returns whether a write was
    /// refused.
    async fn check_batch(&mut self, lane: usize, reported: Option<usize>) -> Result<bool, String> {
        let gate = self.testbed.gate(lane);
        let refused = gate.refused();
        neighbors::ends_after_all(gate)?;
        let count = self.neighbors;
        let fetched = neighbors::check(self.testbed, lane, count, reported, &refused).await?;
        neighbors::reports_the_lowest(reported, count, &refused)?;
        self.figures.neighbors += count;
        self.figures.neighbors_fetched += fetched;
        self.figures.refused += refused.len();
        Ok(!refused.is_empty())
    }

    /// Returns the records that no invocation has completely handled.
    pub(crate) fn unhandled(&self) -> Vec<usize> {
        let records = self.handled.iter().enumerate();
        let unhandled = records.filter(|(_, handled)| !**handled);
        unhandled.map(|(record, _)| record).collect()
    }

    /// Kills every running process.
    pub(crate) fn kill_all(&mut self) {
        for lane in 0..LANES {
            self.kill(lane);
        }
    }

    pub(crate) async fn wait(&mut self, time: SignedDuration) {
        self.testbed.pluggy.model().now += time;
        if self.lanes.iter().all(Option::is_none) {
            return;
        }
        tokio::time::advance(Duration::try_from(time).unwrap()).await;
        for lane in 0..LANES {
            if let Some((mut run, records)) = self.lanes[lane].take() {
                match run.poll().await {
                    Some(reported) => self.ended(&records, reported),
                    None => self.lanes[lane] = Some((run, records)),
                }
            }
        }
    }

    async fn begin(&mut self, lane: usize, records: Vec<usize>, answer: Answer) {
        self.kill(lane);
        if !records.is_empty() {
            let run = self.prepare(lane, &records, answer, Refusals::default());
            let run = run.await;
            self.lanes[lane] = Some((run, records));
            self.go(lane, 1).await;
        }
    }

    async fn go(&mut self, lane: usize, points: usize) {
        for _ in 0..points {
            let Some((mut run, records)) = self.lanes[lane].take() else {
                return;
            };
            match run.go().await {
                Some(reported) => self.ended(&records, reported),
                None => self.lanes[lane] = Some((run, records)),
            }
        }
    }

    fn kill(&mut self, lane: usize) {
        if let Some((run, _)) = self.lanes[lane].take() {
            self.crashed(run.point());
        }
    }

    async fn prepare(
        &mut self,
        lane: usize,
        records: &[usize],
        answer: Answer,
        refused: Refusals,
    ) -> Run<Option<usize>> {
        self.figures.syncs += 1;
        self.has_lagged |= matches!(answer, Answer::Lagging(_));
        {
            let mut model = self.testbed.pluggy.model();
            model.plan[lane] = answer;
            model.given[lane] = None;
        }
        let images: Vec<Value> = records.iter().map(|record| self.image(*record)).collect();
        let now = self.at(self.clocks.lanes[lane]);
        if self.neighbors > 0 {
            neighbors::forget(self.testbed, lane).await;
        }
        self.order = self.order.wrapping_add(1);
        let refused = refused.among(self.neighbors);
        let gate = self.testbed.gate(lane);
        gate.begin(self.neighbors, self.order, refused);
        self.testbed.sync(lane, images, self.neighbors, now)
    }

    pub(crate) async fn run<T>(&mut self, run: Run<T>, crash: Option<usize>) -> Option<T> {
        match crash {
            None => Some(run.finish().await),
            Some(points) => match run.crash_after(points).await {
                Ok(value) => Some(value),
                Err(point) => {
                    self.crashed(point);
                    None
                }
            },
        }
    }

    fn crashed(&mut self, point: Option<Point>) {
        if let Some(point) = point {
            self.figures.crash(point);
        }
    }

    fn ended(&mut self, records: &[usize], reported: Option<usize>) {
        assert_eq!(reported, None, "the engine refuses nothing");
        for record in records {
            self.handled[*record] = true;
        }
    }

    fn records(&self, batch: Batch) -> Vec<usize> {
        let len = self.handled.len();
        match batch.from {
            From::Next => self.unhandled().into_iter().take(batch.count).collect(),
            From::Any(_) if len == 0 => Vec::new(),
            From::Any(from) => (usize::from(from) % len..len).take(batch.count).collect(),
        }
    }

    fn count_calls_of_the_forger(&mut self, lane: usize, records: &[usize]) {
        let was_called = self.testbed.pluggy.model().given[lane].is_some();
        let mut images = records.iter().map(|record| self.image(*record));
        let is_forgers = images.all(|image| forger::is_forged(&image));
        self.figures.attack.calls += usize::from(was_called && is_forgers);
    }

    fn image(&self, record: usize) -> Value {
        self.testbed.engine.image(record)
    }

    /// Returns the time on a clock that is `ahead` milliseconds ahead.
    pub(crate) fn at(&self, ahead: i64) -> Timestamp {
        self.now() + SignedDuration::from_millis(ahead)
    }

    /// Reads the row and checks how it changed.
    async fn check(&mut self, cause: Cause) -> Result<(), String> {
        let before = self.row.clone();
        let writes = self.testbed.engine.writes();
        if writes != self.writes {
            self.writes = writes;
            self.row = self.testbed.row().await;
        }
        let replacements = self.testbed.engine.replacements();
        self.is_replaced = replacements != self.replacements;
        self.replacements = replacements;
        if checks::is_tombstone(self.row.as_ref()) {
            self.was_tombstoned = true;
            let attributes = self.testbed.raw_row().await;
            checks::keeps_nothing(&attributes.ok_or("the tombstone is there")?)?;
        }
        let has_nothing = self.row.is_none() || checks::is_tombstone(self.row.as_ref());
        if has_nothing && !self.testbed.pluggy.model().missing.is_empty() {
            let handled = self.handled.iter().enumerate();
            let handled = handled.filter_map(|(record, is_handled)| is_handled.then_some(record));
            self.forgotten.extend(handled);
        }
        checks::check(self, before.as_ref(), &cause)?;
        match &self.row {
            Some(row) if before.as_ref() != Some(row) => forger::sees_nothing(self, row).await,
            _ => Ok(()),
        }
    }
}
