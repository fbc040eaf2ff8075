//! The number of histories to run: a few by default, and as many as `HISTORIES` says otherwise.

use runtime::env::Environment;

/// Defaults of `cargo test`: the number of random histories, of events in every order, and of floods.
const SHORT: (u32, usize, u32) = (200, 4, 3);
/// The number of events in every order in the long form.
const EVENTS: usize = 6;
/// The number of floods in the long form.
const FLOODS: u32 = 100;
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
    /// The number of batches of hints that flood the service.
    pub(crate) floods: u32,
}

impl Plan {
    pub(crate) fn from_env() -> Self {
        let environment = Environment::of_process();
        let count = environment.optional("HISTORIES");
        let (histories, events, floods) = match count {
            Some(count) => (count.parse().unwrap(), EVENTS, FLOODS),
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
            floods,
        }
    }
}
