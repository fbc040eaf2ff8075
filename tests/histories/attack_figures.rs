//! Counts of what an attack tried and what it cost.

use std::fmt;

/// Counts of what an attack tried and what it cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AttackFigures {
    /// Requests of the attacker.
    pub(crate) tried: usize,
    /// Rows that these requests added to the tables.
    pub(crate) rows: usize,
    /// Calls to Pluggy that these requests caused.
    pub(crate) calls: usize,
    /// Requests of other users.
    pub(crate) others: usize,
    /// Requests of other users that were refused.
    pub(crate) refused: usize,
}

impl AttackFigures {
    /// Adds the counts of another part.
    pub(crate) fn add(&mut self, other: &Self) {
        self.tried += other.tried;
        self.rows += other.rows;
        self.calls += other.calls;
        self.others += other.others;
        self.refused += other.refused;
    }
}

impl fmt::Display for AttackFigures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tried,
            rows,
            calls,
            others,
            refused,
        } = self;
        write!(
            formatter,
            "attacks tried {tried}, rows {rows}, calls to Pluggy {calls}, \
             requests of other users {others}, refused {refused}"
        )
    }
}
