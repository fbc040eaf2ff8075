//! What can happen in a history.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::world::{Answer, Kind, LANES};

/// The longest history.
const MAX_STEPS: usize = 24;
/// No invocation has more await points than this before its end.
const POINTS: usize = 9;

/// A history, as it is generated and shrunk.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) clocks: Clocks,
    pub(crate) names: Names,
    pub(crate) stamps: Stamps,
    pub(crate) late: Late,
    pub(crate) steps: Vec<Step>,
}

/// How far each process's clock is ahead, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    pub(crate) door: i64,
    pub(crate) lanes: [i64; LANES],
}

/// Who names the item's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Answers,
    EventsAlone,
    EventsOfTwoUsers,
    Nobody,
}

/// Whether Pluggy says when the item changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamps {
    Given,
    Absent,
}

/// What becomes of the events that were not delivered in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    Delivered,
    Lost,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The item changes, and Pluggy has an event to deliver.
    Change(Kind, Stamp),
    /// The item changes, and its event is delivered at once.
    Tell(Kind, Stamp),
    /// An event is delivered that tells of no change of the item.
    Quiet,
    /// A frontend tells that something happened.
    Hint(Hinter),
    /// The item is deleted.
    Delete,
    /// Pluggy delivers one of its events, maybe again; the webhook may be killed.
    Deliver { event: u8, crash: Option<usize> },
    /// scheduler runs; it may be killed.
    Tick { crash: Option<usize> },
    /// A batch is handled at once; the process may be killed.
    Sync {
        lane: usize,
        batch: Batch,
        answer: Answer,
        crash: Option<usize>,
    },
    /// A batch begins to be handled, while other things happen.
    Begin {
        lane: usize,
        batch: Batch,
        answer: Answer,
    },
    /// It goes on for so many await points.
    Go { lane: usize, points: usize },
    /// Its process is killed.
    Crash { lane: usize },
    /// Time passes.
    Wait { seconds: u32 },
}

/// Whose frontend it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hinter {
    /// That of the user who connected the item, so far as anybody is named.
    User,
    /// That of somebody who has nothing to do with it.
    Stranger,
}

/// Whether a change has a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    New,
    Same,
}

/// Which records of the stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    pub(crate) from: From,
    pub(crate) count: usize,
}

/// Where a batch begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// At the first record that was not handled.
    Next,
    /// Anywhere.
    Any(u8),
}

/// Any history.
pub(crate) fn history() -> impl Strategy<Value = History> {
    let names = prop_oneof![
        2 => Just(Names::Answers),
        3 => Just(Names::EventsAlone),
        2 => Just(Names::EventsOfTwoUsers),
        1 => Just(Names::Nobody),
    ];
    let stamps = prop_oneof![7 => Just(Stamps::Given), 1 => Just(Stamps::Absent)];
    let late = select(vec![Late::Delivered, Late::Lost]);
    let steps = vec(step(), 1..MAX_STEPS);
    (clocks(), names, stamps, late, steps).prop_map(|(clocks, names, stamps, late, steps)| {
        History {
            clocks,
            names,
            stamps,
            late,
            steps,
        }
    })
}

/// Clocks that agree to a second, as those of Lambda do, or to ten minutes.
fn clocks() -> impl Strategy<Value = Clocks> {
    let within = |limit: i64| {
        (-limit..=limit, [-limit..=limit, -limit..=limit])
            .prop_map(|(door, lanes)| Clocks { door, lanes })
    };
    prop_oneof![3 => within(1_000), 1 => within(600_000)]
}

fn step() -> impl Strategy<Value = Step> {
    let lane = 0..LANES;
    let crash = || option::weighted(0.3, 0..POINTS);
    prop_oneof![
        2 => (select(Kind::ALL.to_vec()), stamp()).prop_map(|(kind, stamp)| Step::Change(kind, stamp)),
        6 => (select(Kind::ALL.to_vec()), stamp()).prop_map(|(kind, stamp)| Step::Tell(kind, stamp)),
        3 => Just(Step::Quiet),
        2 => select(vec![Hinter::User, Hinter::Stranger]).prop_map(Step::Hint),
        1 => Just(Step::Delete),
        3 => (any::<u8>(), option::weighted(0.1, 0..3_usize))
            .prop_map(|(event, crash)| Step::Deliver { event, crash }),
        2 => option::weighted(0.1, 0..POINTS).prop_map(|crash| Step::Tick { crash }),
        8 => (lane.clone(), batch(), answer(), crash())
            .prop_map(|(lane, batch, answer, crash)| Step::Sync { lane, batch, answer, crash }),
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
