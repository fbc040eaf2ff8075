//! Distribution of a stream's records over its shards, and over the batches of a shard that Lambda handles at a time.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>

use std::hash::{DefaultHasher, Hash, Hasher as _};

use serde_json::Value;

/// The shards of a stream, and the `ParallelizationFactor` of its mapping.
#[derive(Clone, Copy, Debug)]
pub struct Shards {
    /// The number of shards. A table has one for each of its partitions; a new on-demand table has four.
    pub count: usize,
    /// The number of batches of a shard that Lambda handles at a time.
    pub parallelization_factor: usize,
}

impl Shards {
    /// Returns the number of lanes. A lane has one batch at a time, and its records stay in order.
    pub fn lanes(self) -> usize {
        self.count * self.parallelization_factor
    }

    /// Returns the lane of a record. The partition key decides the shard. Within a shard, Lambda keeps the order for each
    /// item of the table, so that partition and sort key decide.
    pub fn lane(self, record: &Value) -> usize {
        let key = |pointer: &str| record.pointer(pointer).map(Value::to_string);
        let partition_key = key("/dynamodb/Keys/pk");
        let sort_key = key("/dynamodb/Keys/sk");
        let shard = place(&partition_key, self.count);
        let lane = place(&(sort_key, partition_key), self.parallelization_factor);
        shard * self.parallelization_factor + lane
    }
}

/// Returns a place for a key, below `places`.
fn place(key: &impl Hash, places: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let places = u64::try_from(places).unwrap_or(u64::MAX).max(1);
    usize::try_from(hasher.finish() % places).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    const EVENTS: usize = 1_000;

    fn record(item: usize, event: usize) -> Value {
        let keys =
            json!({ "pk": { "S": format!("ITEM#{item}") }, "sk": { "S": event.to_string() } });
        json!({ "dynamodb": { "Keys": keys } })
    }

    fn shards(count: usize, parallelization_factor: usize) -> Shards {
        Shards {
            count,
            parallelization_factor,
        }
    }

    #[test]
    fn every_lane_has_about_as_many_items_as_the_others() {
        for shards in [shards(4, 1), shards(4, 2)] {
            let mut items = vec![0_usize; shards.lanes()];
            for item in 0..EVENTS {
                items[shards.lane(&record(item, 1))] += 1;
            }

            let mean = EVENTS / shards.lanes();
            let is_even = items.iter().all(|items| items.abs_diff(mean) < mean / 3);
            assert!(is_even, "{items:?}");
        }
    }

    #[test]
    fn the_events_of_an_item_are_in_one_shard_and_a_factor_divides_them() {
        let lanes = |shards: Shards| -> BTreeSet<usize> {
            let lanes = (0..EVENTS).map(|event| shards.lane(&record(1, event)));
            lanes.collect()
        };

        assert_eq!(lanes(shards(4, 1)).len(), 1);
        let divided = lanes(shards(4, 2));
        let shards_of_divided: BTreeSet<usize> = divided.iter().map(|lane| lane / 2).collect();
        assert_eq!((divided.len(), shards_of_divided.len()), (2, 1));
    }
}
