//! DynamoDB's charges for requests, by its documented rules.
//!
//! Sources: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>

use std::iter::Sum;
use std::ops::AddAssign;

use serde_json::{Map, Value};

pub(crate) use self::item_size::item_size;
pub(crate) use self::table_schema::TableSchema;

mod item_size;
mod table_schema;

/// A row in the form of DynamoDB's API.
pub(crate) type Item = Map<String, Value>;

const WRITE_UNIT_BYTES: usize = 1024;
const READ_UNIT_BYTES: usize = 4096;

/// The consistency of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    Strong,
    Eventual,
}

/// The capacity units that requests consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Write units of tables.
    pub writes: usize,
    /// Write units of indexes.
    pub index_writes: usize,
    /// Half read units, of tables and indexes.
    pub half_reads: usize,
}

impl Units {
    /// Returns the units of a write that found `before` and leaves `after`. A write whose condition fails costs the
    /// same.
    pub(crate) fn of_write(before: Option<&Item>, after: Option<&Item>) -> Self {
        let larger = before.into_iter().chain(after).map(item_size).max();
        Self {
            writes: units(larger.unwrap_or_default(), WRITE_UNIT_BYTES),
            ..Self::default()
        }
    }

    /// Returns the units of a completed write in the indexes.
    pub(crate) fn of_index_writes(
        schema: &TableSchema,
        before: Option<&Item>,
        after: Option<&Item>,
    ) -> Self {
        let changes = schema.indexes().map(|index| index.writes(before, after));
        Self {
            index_writes: changes.sum(),
            ..Self::default()
        }
    }

    /// Returns the units of a read of this many bytes in total.
    pub(crate) fn of_read(bytes: usize, consistency: Consistency) -> Self {
        let halves = match consistency {
            Consistency::Strong => 2,
            Consistency::Eventual => 1,
        };
        Self {
            half_reads: units(bytes, READ_UNIT_BYTES) * halves,
            ..Self::default()
        }
    }

    /// Returns all write units.
    pub fn all_writes(self) -> usize {
        self.writes + self.index_writes
    }

    /// Returns the read units. An eventually consistent read counts as half.
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    pub fn reads(self) -> f64 {
        self.half_reads as f64 / 2.0
    }
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.writes += other.writes;
        self.index_writes += other.index_writes;
        self.half_reads += other.half_reads;
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, units| {
            sum += units;
            sum
        })
    }
}

/// Returns the units for a row of this size. A missing row costs as much as a small one.
fn units(bytes: usize, unit: usize) -> usize {
    bytes.div_ceil(unit).max(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns an item of this many bytes.
    fn item(bytes: usize) -> Item {
        let value = "x".repeat(bytes - 2);
        json!({"pk": {"S": value}}).as_object().unwrap().clone()
    }

    #[test]
    fn a_write_costs_by_the_larger_of_the_old_and_the_new_row() {
        let writes = |before: Option<usize>, after: Option<usize>| {
            let (before, after) = (before.map(item), after.map(item));
            Units::of_write(before.as_ref(), after.as_ref()).writes
        };

        assert_eq!(writes(None, None), 1);
        assert_eq!(writes(None, Some(1024)), 1);
        assert_eq!(writes(None, Some(1025)), 2);
        assert_eq!(writes(Some(3000), Some(10)), 3);
        assert_eq!(writes(Some(10), None), 1);
    }

    #[test]
    fn a_read_costs_by_four_kilobytes_and_half_where_it_may_lag_behind() {
        let half_reads = |bytes, consistency| Units::of_read(bytes, consistency).half_reads;

        assert_eq!(half_reads(0, Consistency::Strong), 2);
        assert_eq!(half_reads(4096, Consistency::Strong), 2);
        assert_eq!(half_reads(4097, Consistency::Strong), 4);
        assert_eq!(half_reads(4096, Consistency::Eventual), 1);
    }
}
