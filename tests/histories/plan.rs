//! The number of histories to run: a few by default, and as many as `HISTORIES` says otherwise.

use runtime::env::Environment;

/// Defaults of `cargo test`: the number of random histories, and of events in every order.
const SHORT: (u32, usize) = (200, 4);
/// The number of events in every order in the long form.
const EVENTS: usize = 6;
/// The number of batches of hints, by default.
const FLOOD_BATCHES: u32 = 3;
/// How often a failing history is shrunk at most, by default.
const SHRINK: u32 = 20_000;

/// The number of histories to run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The number of random histories: `HISTORIES`.
    pub(crate) histories: u32,
    /// The seed of the random histories: `HISTORIES_SEED`, as a failure prints it.
    pub(crate) seed: String,
    /// The test runs every order of up to this many events.
    pub(crate) events: usize,
    /// How often a failing history is shrunk at most: `HISTORIES_SHRINK`.
    pub(crate) shrink: u32,
    /// The number of batches of hints that flood the service: `FLOOD_BATCHES`.
    pub(crate) flood_batches: u32,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let environment = Environment::of_process();
        let count = environment.optional("HISTORIES");
        let (histories, events) = match count {
            Some(count) => (count.parse().unwrap(), EVENTS),
            None => SHORT,
        };
        let seed = environment.optional("HISTORIES_SEED");
        Self {
            histories,
            seed: seed.unwrap_or_else(|| "1".to_owned()),
            events,
            shrink: environment
                .optional("HISTORIES_SHRINK")
                .map_or(SHRINK, |shrink| shrink.parse().unwrap()),
            flood_batches: environment
                .optional("FLOOD_BATCHES")
                .map_or(FLOOD_BATCHES, |batches| batches.parse().unwrap()),
        }
    }
}
