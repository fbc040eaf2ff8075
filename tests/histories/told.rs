//! A history as it is told: the item's events, the stream, and the invocations under way.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::StoredItem;

use crate::checks::{self, Look};
use crate::events::Sent;
use crate::figures::Figures;
use crate::gate::Point;
use crate::hints;
use crate::invocation::Invocation;
use crate::run::Run;
use crate::stand::Stand;
use crate::step::{Batch, Clocks, From, History, Names, Stamp, Stamps, Step};
use crate::world::{Answer, Kind, LANES};

/// A history under way.
pub(crate) struct Told<'a> {
    pub(crate) stand: &'a Stand,
    pub(crate) figures: &'a mut Figures,
    pub(crate) clocks: Clocks,
    pub(crate) names: Names,
    pub(crate) stamps: Stamps,
    pub(crate) sent: Vec<Sent>,
    pub(crate) handled: Vec<bool>,
    pub(crate) row: Option<StoredItem>,
    pub(crate) was_tombstoned: bool,
    pub(crate) has_lagged: bool,
    writes: usize,
    lanes: [Option<(Run<usize>, Vec<usize>)>; LANES],
}

impl<'a> Told<'a> {
    /// An item of the stand that has just begun: it is made at Pluggy.
    pub(crate) fn new(stand: &'a Stand, figures: &'a mut Figures, history: &History) -> Self {
        stand.pluggy.world().answers_name_the_owner = history.names == Names::Answers;
        let mut told = Self {
            stand,
            figures,
            clocks: history.clocks,
            names: history.names,
            stamps: history.stamps,
            sent: Vec::new(),
            handled: Vec::new(),
            row: None,
            was_tombstoned: false,
            has_lagged: false,
            writes: 0,
            lanes: [const { None }; LANES],
        };
        told.change(Kind::LoggedIn, Stamp::New, "item/created");
        told
    }

    pub(crate) async fn step(&mut self, step: Step) -> Result<(), String> {
        self.figures.steps += 1;
        match step {
            Step::Change(kind, stamp) => self.change(kind, stamp, kind.event()),
            Step::Tell(kind, stamp) => {
                self.change(kind, stamp, kind.event());
                self.deliver(self.sent.len() - 1, None).await;
            }
            Step::Quiet => {
                self.send("transactions/created");
                self.deliver(self.sent.len() - 1, None).await;
            }
            Step::Hint(hinter) => {
                let user = hints::user(hinter);
                let hint = self.stand.hint(user, self.at(self.clocks.door));
                self.run(hint, None).await;
                self.handled.resize(self.stand.engine.stream_len(), false);
            }
            Step::Delete => self.delete(),
            Step::Deliver { event, crash } => {
                self.deliver(usize::from(event) % self.sent.len(), crash)
                    .await;
            }
            Step::Tick { crash } => {
                self.tick(crash).await;
            }
            Step::Sync {
                lane,
                batch,
                answer,
                crash,
            } => return self.sync(lane, self.records(batch), answer, crash).await,
            Step::Begin {
                lane,
                batch,
                answer,
            } => self.begin(lane, self.records(batch), answer).await,
            Step::Go { lane, points } => self.go(lane, points).await,
            Step::Crash { lane } => self.kill(lane),
            Step::Wait { seconds } => self.wait(SignedDuration::from_secs(seconds.into())).await,
        }
        self.look(Look::Any).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.stand.pluggy.world().now
    }

    pub(crate) async fn tick(&mut self, crash: Option<usize>) -> Option<usize> {
        let run = self.stand.tick(self.at(self.clocks.door));
        let asked = self.run(run, crash).await;
        self.handled.resize(self.stand.engine.stream_len(), false);
        asked
    }

    /// Handles records from begin to end, or to a crash, with nothing else of this lane under way.
    pub(crate) async fn sync(
        &mut self,
        lane: usize,
        records: Vec<usize>,
        answer: Answer,
        crash: Option<usize>,
    ) -> Result<(), String> {
        self.kill(lane);
        if records.is_empty() {
            return self.look(Look::Any).await;
        }
        let is_alone = self.lanes.iter().all(Option::is_none);
        let run = self.prepare(lane, &records, answer);
        let look = match self.run(run, crash).await {
            Some(failures) if is_alone => {
                self.ended(&records, failures);
                Look::After(Invocation {
                    records: records.iter().map(|record| self.image(*record)).collect(),
                    fetched_at: self.at(self.clocks.lanes[lane]),
                    given: self.stand.pluggy.world().given[lane],
                })
            }
            Some(failures) => {
                self.ended(&records, failures);
                Look::Any
            }
            None => Look::Any,
        };
        self.look(look).await
    }

    /// The records that no invocation has handled to the end.
    pub(crate) fn unhandled(&self) -> Vec<usize> {
        let records = self.handled.iter().enumerate();
        let unhandled = records.filter(|(_, handled)| !**handled);
        unhandled.map(|(record, _)| record).collect()
    }

    /// Every process under way is killed.
    pub(crate) fn kill_all(&mut self) {
        for lane in 0..LANES {
            self.kill(lane);
        }
    }

    pub(crate) async fn wait(&mut self, time: SignedDuration) {
        self.stand.pluggy.world().now += time;
        if self.lanes.iter().all(Option::is_none) {
            return;
        }
        tokio::time::advance(Duration::try_from(time).unwrap()).await;
        for lane in 0..LANES {
            if let Some((mut run, records)) = self.lanes[lane].take() {
                match run.look().await {
                    Some(failures) => self.ended(&records, failures),
                    None => self.lanes[lane] = Some((run, records)),
                }
            }
        }
    }

    async fn begin(&mut self, lane: usize, records: Vec<usize>, answer: Answer) {
        self.kill(lane);
        if !records.is_empty() {
            let run = self.prepare(lane, &records, answer);
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
                Some(failures) => self.ended(&records, failures),
                None => self.lanes[lane] = Some((run, records)),
            }
        }
    }

    fn kill(&mut self, lane: usize) {
        if let Some((run, _)) = self.lanes[lane].take() {
            self.crashed(run.point());
        }
    }

    fn prepare(&mut self, lane: usize, records: &[usize], answer: Answer) -> Run<usize> {
        self.figures.syncs += 1;
        self.has_lagged |= matches!(answer, Answer::Lagging(_));
        {
            let mut world = self.stand.pluggy.world();
            world.plan[lane] = answer;
            world.given[lane] = None;
        }
        let images: Vec<Value> = records.iter().map(|record| self.image(*record)).collect();
        self.stand
            .sync(lane, &images, self.at(self.clocks.lanes[lane]))
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

    fn ended(&mut self, records: &[usize], failures: usize) {
        assert_eq!(failures, 0, "the engine refuses nothing");
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

    fn image(&self, record: usize) -> Value {
        self.stand.engine.image(record)
    }

    /// The time by a clock that is so many milliseconds ahead.
    pub(crate) fn at(&self, ahead: i64) -> Timestamp {
        self.now() + SignedDuration::from_millis(ahead)
    }

    /// Looks at the row, and at how it became so.
    async fn look(&mut self, look: Look) -> Result<(), String> {
        let before = self.row.clone();
        let writes = self.stand.engine.writes();
        if writes != self.writes {
            self.writes = writes;
            self.row = self.stand.row().await;
        }
        self.was_tombstoned |= checks::is_tombstone(self.row.as_ref());
        checks::check(self, before.as_ref(), &look)
    }
}
