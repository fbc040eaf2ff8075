//! Steps of a history.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::gate::Part;
use crate::model::{Answer, Kind, LANES};
use crate::neighbors::NEIGHBORS;

/// The maximum number of steps in a history.
const MAX_STEPS: usize = 24;
/// The maximum number of await points of an invocation without other items, and of each of the fetches beside the item's.
pub(crate) const POINTS: usize = 9;

/// A history as proptest generates and shrinks it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) clocks: Clocks,
    pub(crate) names: Names,
    pub(crate) stamps: Stamps,
    pub(crate) late: Late,
    /// The number of other items whose events each batch has too.
    pub(crate) neighbors: usize,
    /// The seed of the order in which the fetches of a batch go on.
    pub(crate) order: u64,
    pub(crate) steps: Vec<Step>,
}

/// The offset of each process's clock, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    pub(crate) door: i64,
    pub(crate) lanes: [i64; LANES],
}

/// The source that names the item's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Answers,
    EventsAlone,
    EventsOfTwoUsers,
    Nobody,
}

/// The fetches of a batch with other items of which the engine refuses the first write, each as one bit: the history's item,
/// and then the other items in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusals(u8);

impl Refusals {
    /// Returns the refused fetches of a batch with so many other items.
    pub(crate) fn among(self, neighbors: usize) -> BTreeSet<Part> {
        let others = (0..neighbors).map(Part::Neighbor);
        let parts = std::iter::once(Part::Item).chain(others).enumerate();
        let refused = parts.filter(|(bit, _)| neighbors > 0 && (self.0 >> bit) & 1 == 1);
        refused.map(|(_, part)| part).collect()
    }
}

/// The presence of `updatedAt` in Pluggy's responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamps {
    Given,
    Absent,
}

/// The fate of events that the history did not deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    Delivered,
    Lost,
}

/// One step of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The item changes, and Pluggy has an event to deliver.
    Change(Kind, Stamp),
    /// The item changes, and its event is delivered at once.
    ChangeAndDeliver(Kind, Stamp),
    /// Pluggy delivers an event that reports no change of the item.
    Quiet,
    /// A frontend sends a hint.
    Hint(Hinter),
    /// Somebody who knows the webhook's secret posts an event.
    Forge(Forgery),
    /// An operator imports the item for another user by mistake.
    Import,
    /// The item is deleted.
    Delete,
    /// Pluggy delivers one of its events, possibly again. The webhook may be killed.
    Deliver { event: u8, crash: Option<usize> },
    /// The scheduler runs. It may be killed.
    Tick { crash: Option<usize> },
    /// An invocation handles a batch without interruption. The process may be killed.
    Sync {
        lane: usize,
        batch: Batch,
        answer: Answer,
        crash: Option<usize>,
        refused: Refusals,
    },
    /// An invocation starts to handle a batch, while other steps follow.
    Begin {
        lane: usize,
        batch: Batch,
        answer: Answer,
    },
    /// The invocation runs for this many await points.
    Go { lane: usize, points: usize },
    /// The invocation's process is killed.
    Crash { lane: usize },
    /// Time passes.
    Wait { seconds: u32 },
}

/// An event that Pluggy did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgery {
    /// It names the forger as the item's owner.
    Claim,
    /// It names the forger as the item's owner, and reports a deletion.
    Deletion,
    /// It has the id of our own request for the next due fetch.
    NextFetchId,
    /// It has the id of Pluggy's next event.
    NextEventId,
}

impl Forgery {
    const ALL: [Self; 4] = [
        Self::Claim,
        Self::Deletion,
        Self::NextFetchId,
        Self::NextEventId,
    ];
}

/// The user of the frontend that sends a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hinter {
    /// The user who connected the item, if any source names one.
    User,
    /// A user who does not own the item.
    OtherUser,
}

/// The time stamp of a change: its own, or that of the previous change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    New,
    Same,
}

/// The records of the stream that a batch has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    pub(crate) from: From,
    pub(crate) count: usize,
}

/// The first record of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// The first record that was not handled.
    Next,
    /// Any record.
    Any(u8),
}

/// Returns a strategy for any history.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    let names = prop_oneof![
        2 => Just(Names::Answers),
        3 => Just(Names::EventsAlone),
        2 => Just(Names::EventsOfTwoUsers),
        1 => Just(Names::Nobody),
    ];
    let stamps = prop_oneof![7 => Just(Stamps::Given), 1 => Just(Stamps::Absent)];
    let late = select(vec![Late::Delivered, Late::Lost]);
    let steps = vec(step(), 1..MAX_STEPS);
    // With other items, a history has up to four times as many await points and takes up to twice as long.
    let neighbors = prop_oneof![Just(0), 1..=NEIGHBORS];
    let beside = (neighbors, any::<u64>());
    (clocks(), names, stamps, late, beside, steps).prop_map(
        |(clocks, names, stamps, late, (neighbors, order), steps)| Script {
            clocks,
            names,
            stamps,
            late,
            neighbors,
            order,
            steps,
        },
    )
}

/// Returns a strategy for clocks that agree to one second, as those of Lambda do, or to ten minutes.
fn clocks() -> impl Strategy<Value = Clocks> {
    let within = |limit: i64| {
        (-limit..=limit, [-limit..=limit, -limit..=limit])
            .prop_map(|(door, lanes)| Clocks { door, lanes })
    };
    prop_oneof![3 => within(1_000), 1 => within(600_000)]
}

fn step() -> impl Strategy<Value = Step> {
    let lane = 0..LANES;
    let crash = option::weighted(0.3, 0..POINTS * (1 + NEIGHBORS));
    let refused = prop_oneof![Just(0), any::<u8>()].prop_map(Refusals);
    prop_oneof![
        2 => (select(Kind::ALL.to_vec()), stamp()).prop_map(|(kind, stamp)| Step::Change(kind, stamp)),
        6 => (select(Kind::ALL.to_vec()), stamp()).prop_map(|(kind, stamp)| Step::ChangeAndDeliver(kind, stamp)),
        3 => Just(Step::Quiet),
        2 => select(vec![Hinter::User, Hinter::OtherUser]).prop_map(Step::Hint),
        3 => select(Forgery::ALL.to_vec()).prop_map(Step::Forge),
        1 => Just(Step::Import),
        1 => Just(Step::Delete),
        3 => (any::<u8>(), option::weighted(0.1, 0..3_usize))
            .prop_map(|(event, crash)| Step::Deliver { event, crash }),
        2 => option::weighted(0.1, 0..POINTS).prop_map(|crash| Step::Tick { crash }),
        8 => (lane.clone(), batch(), answer(), crash, refused).prop_map(
            |(lane, batch, answer, crash, refused)| Step::Sync { lane, batch, answer, crash, refused }),
        4 => (lane.clone(), batch(), answer())
            .prop_map(|(lane, batch, answer)| Step::Begin { lane, batch, answer }),
        5 => (lane.clone(), 1..POINTS).prop_map(|(lane, points)| Step::Go { lane, points }),
        1 => lane.prop_map(|lane| Step::Crash { lane }),
        3 => select(vec![1, 2, 5, 31, 61, 900, 3_601, 25_000, 90_000])
            .prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn stamp() -> impl Strategy<Value = Stamp> {
    prop_oneof![5 => Just(Stamp::New), 1 => Just(Stamp::Same)]
}

fn batch() -> impl Strategy<Value = Batch> {
    let from = prop_oneof![4 => Just(From::Next), 1 => any::<u8>().prop_map(From::Any)];
    (from, 1..4_usize).prop_map(|(from, count)| Batch { from, count })
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Truth),
        3 => (1..3_usize).prop_map(Answer::Lagging),
        1 => Just(Answer::Missing),
        1 => Just(Answer::Failing),
        1 => Just(Answer::Limited),
    ]
}
