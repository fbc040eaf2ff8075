//! Gates that stop a process at each of its await points until the driver admits or drops it.
//!
//! item-sync fetches the items of a batch at the same time. Each fetch waits at the gate by itself, and the driver
//! admits one of them at a time, in an order that the history's seed decides.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// An await point, by what the process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// A read of a table, before it is done.
    BeforeRead,
    /// Its answer.
    AfterRead,
    /// A write to a table, before it is done.
    BeforeWrite,
    /// Its answer: the write is done, and the process does not know.
    AfterWrite,
    /// Pluggy has the request.
    BeforeAnswer,
    /// Pluggy's answer is on its way.
    AfterAnswer,
}

impl Point {
    fn is_at_the_engine(self) -> bool {
        !matches!(self, Self::BeforeAnswer | Self::AfterAnswer)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BeforeRead => "before a read",
            Self::AfterRead => "after a read",
            Self::BeforeWrite => "before a write",
            Self::AfterWrite => "after a write",
            Self::BeforeAnswer => "before Pluggy's answer",
            Self::AfterAnswer => "after Pluggy's answer",
        })
    }
}

/// A part of a process, which does one thing after another. The fetches of a batch run beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The process before the fetches of its batch and after them.
    Process,
    /// The fetch of the history's item.
    Item,
    /// The fetch of the n-th other item.
    Neighbor(usize),
}

/// The activity of a process. Unless it is running, the driver chooses what goes on next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Something runs that will reach the gate, or end the process.
    Running,
    /// Every part waits or has ended, or the fetch of the history's item is between the process and Pluggy. That fetch may also
    /// end without another await point.
    Unclear,
    /// Every part waits or has ended.
    Quiet,
}

/// The gate that one process passes at each await point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_free: bool,
    /// The number of other items in the process's batch.
    neighbors: usize,
    /// The seed of the next choice.
    order: u64,
    tickets: u64,
    waiting: BTreeMap<Part, Waiting>,
    passed: BTreeMap<Part, Point>,
    /// The part that goes on next. Before a choice, the process is running.
    chosen: Option<Part>,
    admitted: Option<Part>,
    driver: Option<Waker>,
    /// Whether the process has given up a request to the engine.
    has_given_up: bool,
    refusals: Refusals,
    counts: Counts,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    point: Point,
    waker: Waker,
}

/// The parts whose writes the engine refuses, and those of which it has refused one.
#[derive(Debug, Default)]
struct Refusals {
    planned: BTreeSet<Part>,
    made: BTreeSet<Part>,
}

/// Counts of a gate since they were last taken. A history with a stall or a late fetch may differ in another run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Stalls of the real clock.
    pub(crate) stalls: usize,
    /// Fetches that reached the gate after the driver had taken them for ended.
    pub(crate) late: usize,
    /// The most fetches that waited at the same time.
    pub(crate) most_waiting: usize,
    /// Processes that were killed while several fetches waited.
    pub(crate) killed_beside_others: usize,
}

impl Counts {
    /// Adds the counts of another gate.
    pub(crate) fn add(&mut self, other: Self) {
        self.stalls += other.stalls;
        self.late += other.late;
        self.most_waiting = self.most_waiting.max(other.most_waiting);
        self.killed_beside_others += other.killed_beside_others;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stalls,
            late,
            most_waiting,
            killed_beside_others,
        } = self;
        write!(
            formatter,
            "up to {most_waiting} fetches at a time, {killed_beside_others} processes killed amid several, {late} late \
             fetches, {stalls} stalls"
        )
    }
}

/// The process no longer waits for this response, or is gone.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nobody waits here any more")
    }
}

impl Error for Abandoned {}

impl Gate {
    /// Returns a gate that never blocks.
    pub(crate) fn free() -> Self {
        let gate = Self::default();
        gate.state().is_free = true;
        gate
    }

    /// Prepares the gate for a batch with so many other items. `order` decides which of its fetches goes on first.
    pub(crate) fn begin(&self, neighbors: usize, order: u64, refused: BTreeSet<Part>) {
        let mut state = self.state();
        state.neighbors = neighbors;
        state.order = order;
        state.has_given_up = false;
        state.refusals = Refusals {
            planned: refused,
            made: BTreeSet::new(),
        };
    }

    /// Waits until the driver admits this part of the process.
    pub(crate) async fn pass(&self, part: Part, point: Point) -> Result<(), Abandoned> {
        let mut place = None;
        poll_fn(|context| {
            let mut state = self.state();
            if state.is_free {
                return Poll::Ready(Ok(()));
            }
            let ticket = if let Some(Place { ticket, .. }) = &place {
                *ticket
            } else {
                let ticket = state.arrive(part, point, context.waker());
                let gate = self.clone();
                place = Some(Place { gate, part, ticket });
                ticket
            };
            let is_admitted = state.admitted == Some(part);
            match state.waiting.get_mut(&part) {
                Some(waiting) if waiting.ticket == ticket && is_admitted => {
                    state.waiting.remove(&part);
                    state.passed.insert(part, point);
                    state.admitted = None;
                    Poll::Ready(Ok(()))
                }
                Some(waiting) if waiting.ticket == ticket => {
                    waiting.waker.clone_from(context.waker());
                    state.wake_driver();
                    Poll::Pending
                }
                _ => Poll::Ready(Err(Abandoned)),
            }
        })
        .await
    }

    /// Returns what the process does. If it is running, the gate wakes the driver when something waits.
    pub(crate) fn activity(&self, driver: &Waker) -> Activity {
        let mut state = self.state();
        state.driver = Some(driver.clone());
        state.activity()
    }

    /// Returns whether several fetches may wait at the same time.
    pub(crate) fn has_neighbors(&self) -> bool {
        self.state().neighbors > 0
    }

    /// Chooses the part that goes on next, and returns its point.
    pub(crate) fn choose(&self) -> Option<Point> {
        let mut state = self.state();
        let count = state.waiting.len();
        state.counts.most_waiting = state.counts.most_waiting.max(count);
        let number = if count > 1 { state.draw(count) } else { 0 };
        let (part, waiting) = state.waiting.iter().nth(number)?;
        let (part, point) = (*part, waiting.point);
        state.chosen = Some(part);
        Some(point)
    }

    /// Admits the chosen part to its next point.
    pub(crate) fn admit(&self) {
        let mut state = self.state();
        state.admitted = state.chosen.filter(|part| state.waiting.contains_key(part));
        let waiting = state.admitted.and_then(|part| state.waiting.get(&part));
        if let Some(waiting) = waiting {
            waiting.waker.wake_by_ref();
        }
    }

    /// Takes the process for running, until the next choice.
    pub(crate) fn run(&self) {
        self.state().chosen = None;
    }

    /// Returns whether the engine refuses a write of this part.
    pub(crate) fn refuses(&self, part: Part) -> bool {
        let mut state = self.state();
        let is_refused = state.refusals.planned.contains(&part);
        if is_refused {
            state.refusals.made.insert(part);
        }
        is_refused
    }

    /// Returns the parts of which the engine has refused a write.
    pub(crate) fn refused(&self) -> BTreeSet<Part> {
        self.state().refusals.made.clone()
    }

    /// Returns whether the process has given up a request to the engine. Only a fetch that is cut does this.
    pub(crate) fn has_given_up(&self) -> bool {
        self.state().has_given_up
    }

    /// Counts a stall of the process.
    pub(crate) fn count_stall(&self) {
        self.state().counts.stalls += 1;
    }

    /// Takes the parts that have not come for ended, if another part waits. They come never, or much later.
    pub(crate) fn give_up_the_absent(&self) {
        let mut state = self.state();
        if state.waiting.is_empty() {
            return;
        }
        let parts = (0..state.neighbors).map(Part::Neighbor);
        for part in parts.chain([Part::Item]) {
            if !state.waiting.contains_key(&part) {
                state.passed.insert(part, Point::AfterWrite);
            }
        }
    }

    /// Returns the counts since the last call.
    pub(crate) fn take_counts(&self) -> Counts {
        std::mem::take(&mut self.state().counts)
    }

    /// Resets the gate after the process is gone.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.counts.killed_beside_others += usize::from(state.waiting.len() > 1);
        state.admitted = None;
        state.chosen = None;
        state.passed.clear();
        state.abandon_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the ticket of a part that waits from now on. It replaces what this part has waited for before, such as the
    /// response to a call that timed out.
    fn arrive(&mut self, part: Part, point: Point, waker: &Waker) -> u64 {
        if self.neighbors == 0 || part == Part::Process {
            self.abandon_all();
        }
        self.tickets += 1;
        let waiting = Waiting {
            ticket: self.tickets,
            point,
            waker: waker.clone(),
        };
        self.waiting.insert(part, waiting);
        self.counts.late += usize::from(self.chosen.is_some());
        self.tickets
    }

    fn activity(&self) -> Activity {
        if self.admitted.is_some() || self.waiting.is_empty() {
            return Activity::Running;
        }
        if self.neighbors == 0 || self.waiting.contains_key(&Part::Process) {
            return Activity::Quiet;
        }
        // The fetch of another item writes a row at least, whatever Pluggy answers.
        let mut neighbors = (0..self.neighbors).map(Part::Neighbor);
        if !neighbors.all(|part| self.waits_or_has_ended(part)) {
            return Activity::Running;
        }
        match self.passed.get(&Part::Item) {
            _ if self.waits_or_has_ended(Part::Item) => Activity::Quiet,
            None | Some(Point::BeforeAnswer | Point::AfterAnswer) => Activity::Unclear,
            Some(_) => Activity::Running,
        }
    }

    /// Returns whether a part waits, or has got the engine's last answer and not waited again. The engine is called without a
    /// socket, so a fetch goes on at once when it has the engine's answer.
    fn waits_or_has_ended(&self, part: Part) -> bool {
        let is_answered = |point: &Point| matches!(point, Point::AfterRead | Point::AfterWrite);
        self.waiting.contains_key(&part) || self.passed.get(&part).is_some_and(is_answered)
    }

    fn abandon_all(&mut self) {
        for waiting in std::mem::take(&mut self.waiting).into_values() {
            waiting.waker.wake();
        }
    }

    fn draw(&mut self, count: usize) -> usize {
        let mut random = StdRng::seed_from_u64(self.order);
        self.order = random.random();
        random.random_range(0..count)
    }

    fn wake_driver(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.wake();
        }
    }
}

/// A place at the gate, until its request passes or is dropped.
#[derive(Debug)]
struct Place {
    gate: Gate,
    part: Part,
    ticket: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        let waiting = state.waiting.get(&self.part);
        let is_waiting = waiting.is_some_and(|waiting| waiting.ticket == self.ticket);
        if is_waiting && let Some(waiting) = state.waiting.remove(&self.part) {
            state.has_given_up |= waiting.point.is_at_the_engine();
            state.admitted.take_if(|part| *part == self.part);
            state.wake_driver();
        }
    }
}
