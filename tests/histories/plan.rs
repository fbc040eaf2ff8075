//! How much is told: a little by default, all of it where `HISTORIES` says how many.

use runtime::env::Environment;

/// How many random histories `cargo test` tells, and of how many events every order.
const SHORT: (u32, usize) = (200, 4);
/// Of how many events every order is told in the long form.
const EVENTS: usize = 6;

/// How much is told.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many random histories: `HISTORIES`.
    pub(crate) histories: u32,
    /// What they are made of: `HISTORIES_SEED`, such as a failure names it.
    pub(crate) seed: String,
    /// Every order of up to so many events is told.
    pub(crate) events: usize,
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
        }
    }
}
