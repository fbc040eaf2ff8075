//! The runs.

use std::path::PathBuf;
use std::time::Duration;

use harness::{Shards, StreamMapping};
use runtime::env::Environment;
use tests::stream::ITEM_SYNC_BATCH_SIZE;

use crate::testbed::Pluggy;

/// The memory of item-sync in the template, in MB.
pub(crate) const MEMORY: u32 = 128;
/// The same with `ItemSyncThroughput: high`.
const MEMORY_OF_HIGH: u32 = 256;
/// The shards of a new on-demand table.
const SHARDS: usize = 4;
/// The mapping with `ItemSyncThroughput: standard`, and with `high`.
const STANDARD: (usize, usize) = (1, ITEM_SYNC_BATCH_SIZE);
const HIGH: (usize, usize) = (2, 200);
/// The mapping of the baseline.
const OF_BASELINE: (usize, usize) = (1, 25);
const TIMEOUT: Duration = Duration::from_mins(1);

/// One run of item-sync.
pub(crate) struct Plan {
    pub(crate) name: String,
    /// Another binary of item-sync than the built one.
    pub(crate) bootstrap: Option<PathBuf>,
    pub(crate) shards: Shards,
    pub(crate) batches: StreamMapping,
    pub(crate) memory: Option<u32>,
    pub(crate) pluggy: Pluggy,
    pub(crate) load: Load,
}

/// The events of a run. Each item has as many as every other one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// One event of each item, all at once.
    Burst { items: usize },
    /// Items one after the other.
    Flow(Flow),
}

/// Events of items that come one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) items: usize,
    pub(crate) items_a_second: u32,
    /// The events of an item.
    pub(crate) events: usize,
    /// The time in which the events of an item come.
    pub(crate) within: Duration,
}

/// The sizes of the runs, in items.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    burst: usize,
    throughput: usize,
    limited: usize,
    flow: usize,
}

impl Sizes {
    /// Returns the sizes of the record, or a part of them in percent, which `SIZE` names.
    pub(crate) fn of_environment(environment: &Environment) -> Self {
        let percent = environment.optional("SIZE");
        let percent: usize = percent.map_or(100, |percent| percent.parse().unwrap());
        let part = |size: usize| (size * percent / 100).max(1);
        Self {
            burst: part(1_000),
            throughput: part(4_000),
            limited: part(600),
            flow: part(1_200),
        }
    }
}

impl Plan {
    /// Returns the runs of the record. `ONLY` selects those whose names contain a text.
    pub(crate) fn all(
        sizes: Sizes,
        environment: &Environment,
        left_out: &mut Vec<String>,
    ) -> Vec<Self> {
        let burst = Load::Burst { items: sizes.burst };
        let throughput = Load::Burst {
            items: sizes.throughput,
        };
        let flow = |items_a_second, events, milliseconds| {
            Load::Flow(Flow {
                items: sizes.flow,
                items_a_second,
                events,
                within: Duration::from_millis(milliseconds),
            })
        };
        let mut plans = Vec::new();
        match environment.optional("BASELINE") {
            Some(bootstrap) => plans.push(Self {
                bootstrap: Some(bootstrap.into()),
                ..Self::new(
                    "baseline: batches of 25, one fetch at a time",
                    SHARDS,
                    OF_BASELINE,
                    burst,
                )
            }),
            None => {
                left_out.push("The baseline was left out: `BASELINE` names its binary.".to_owned());
            }
        }
        plans.extend([
            Self::new("one shard", 1, STANDARD, burst),
            Self::new("4 shards", SHARDS, STANDARD, burst),
            Self::new("4 shards, more events", SHARDS, STANDARD, throughput),
            Self::new("4 shards, more events, `high`", SHARDS, HIGH, throughput),
            Self {
                memory: Some(MEMORY),
                ..Self::new(
                    "4 shards, more events, 128 MB",
                    SHARDS,
                    STANDARD,
                    throughput,
                )
            },
            Self {
                memory: Some(MEMORY_OF_HIGH),
                ..Self::new(
                    "4 shards, more events, `high`, 256 MB",
                    SHARDS,
                    HIGH,
                    throughput,
                )
            },
            Self {
                pluggy: Pluggy::Slow,
                ..Self::new(
                    "4 shards, 5 % of the calls take 3 s",
                    SHARDS,
                    STANDARD,
                    burst,
                )
            },
            Self {
                pluggy: Pluggy::Limited,
                ..Self::new(
                    "4 shards, Pluggy allows 360 calls a minute",
                    SHARDS,
                    STANDARD,
                    Load::Burst {
                        items: sizes.limited,
                    },
                )
            },
            Self::new(
                "40 events a second, one of an item",
                SHARDS,
                STANDARD,
                flow(40, 1, 0),
            ),
            Self::new(
                "60 events a second, three of an item in 150 ms",
                SHARDS,
                STANDARD,
                flow(20, 3, 150),
            ),
            Self::new(
                "60 events a second, three of an item in 1 s",
                SHARDS,
                STANDARD,
                flow(20, 3, 1_000),
            ),
        ]);
        if let Some(only) = environment.optional("ONLY") {
            plans.retain(|plan| plan.name.contains(&only));
        }
        plans
    }

    /// Returns the run that fetches every item once.
    pub(crate) fn first(items: usize) -> Self {
        Self::new("", SHARDS, HIGH, Load::Burst { items })
    }

    /// Returns the number of items.
    pub(crate) fn items(&self) -> usize {
        match self.load {
            Load::Burst { items } | Load::Flow(Flow { items, .. }) => items,
        }
    }

    fn new(
        name: &str,
        shards: usize,
        (parallelization_factor, batch_size): (usize, usize),
        load: Load,
    ) -> Self {
        Self {
            name: name.to_owned(),
            bootstrap: None,
            shards: Shards {
                count: shards,
                parallelization_factor,
            },
            batches: StreamMapping {
                batch_size,
                max_retries: u32::MAX,
                timeout: TIMEOUT,
            },
            memory: None,
            pluggy: Pluggy::Normal,
            load,
        }
    }
}
