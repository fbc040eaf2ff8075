//! Partition of the schedule's index in which a target lies.

use super::Target;

/// Partitions of the schedule's index.
const FETCH_SHARDS: u128 = 64;

impl Target {
    /// Returns the partition of the schedule's index, `00` to `63`. It must never change, because rows store
    /// it.
    pub(super) fn fetch_shard(self) -> String {
        let number = match self {
            Self::Item(id) => id.as_number(),
            Self::Connector(id) => u128::from(id.unsigned_abs()),
        };
        format!("{:02}", number % FETCH_SHARDS)
    }
}

/// Returns all partitions of the schedule's index.
pub(super) fn fetch_shards() -> impl Iterator<Item = String> {
    (0..FETCH_SHARDS).map(|number| format!("{number:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_stays_in_the_shard_that_its_row_was_written_with() {
        for (id, shard) in [
            ("9a7b6c5d-0000-4000-8000-000000000001", "01"),
            ("9a7b6c5d-0000-4000-8000-00000000003f", "63"),
            ("9a7b6c5d-0000-4000-8000-000000000040", "00"),
        ] {
            assert_eq!(Target::Item(id.parse().unwrap()).fetch_shard(), shard);
        }
        assert_eq!(Target::Connector(201).fetch_shard(), "09");
    }

    #[test]
    fn every_shard_is_one_that_the_schedule_is_read_from() {
        let shards: Vec<String> = fetch_shards().collect();

        assert_eq!(shards.len(), 64);
        for number in 0..64 {
            assert!(shards.contains(&Target::Connector(number).fetch_shard()));
        }
    }
}
