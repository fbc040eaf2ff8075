//! Counts of what the histories did, as evidence that they did something.

use std::collections::BTreeMap;
use std::fmt;

use crate::attack_figures::AttackFigures;
use crate::gate::{Counts, Point};

/// Counts of what the histories did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) histories: usize,
    pub(crate) steps: usize,
    pub(crate) syncs: usize,
    /// Other items in the batches that ended.
    pub(crate) neighbors: usize,
    pub(crate) neighbors_fetched: usize,
    /// Fetches of which the engine refused a write.
    pub(crate) refused: usize,
    pub(crate) gates: Counts,
    /// What the forger of events did.
    pub(crate) attack: AttackFigures,
    crashes: BTreeMap<Point, usize>,
}

impl Figures {
    /// Counts a process that was killed at this point.
    pub(crate) fn crash(&mut self, point: Point) {
        *self.crashes.entry(point).or_default() += 1;
    }

    /// Adds the counts of another part.
    pub(crate) fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.steps += other.steps;
        self.syncs += other.syncs;
        self.neighbors += other.neighbors;
        self.neighbors_fetched += other.neighbors_fetched;
        self.refused += other.refused;
        self.gates.add(other.gates);
        self.attack.add(&other.attack);
        for (point, count) in &other.crashes {
            *self.crashes.entry(*point).or_default() += count;
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            histories,
            steps,
            syncs,
            neighbors,
            neighbors_fetched,
            refused,
            gates,
            attack: _,
            crashes,
        } = self;
        let killed: usize = crashes.values().sum();
        write!(
            formatter,
            "{histories} histories of {steps} steps and {syncs} batches, {killed} processes killed ("
        )?;
        for (number, (point, count)) in crashes.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(formatter, "{comma}{count} {point}")?;
        }
        write!(
            formatter,
            "), {neighbors} other items beside it ({neighbors_fetched} fetched), {refused} refused writes, {gates}"
        )
    }
}
