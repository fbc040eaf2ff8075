//! The size and the course of events of a proof.

use std::sync::LazyLock;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use runtime::env::Environment;

static PROOF: LazyLock<Proof> = LazyLock::new(Proof::of_environment);

/// The settings in the environment.
struct Proof {
    is_long: bool,
    seed: u64,
}

impl Proof {
    fn of_environment() -> Self {
        let environment = Environment::of_process();
        Self {
            is_long: environment.optional("PROOF").as_deref() == Some("long"),
            seed: environment
                .parsed("PROOF_SEED", "a number")
                .unwrap_or(20_261_123),
        }
    }
}

/// Returns the full figure in the long form, and the other figure in the short form.
pub(crate) fn size(short: usize, full: usize) -> usize {
    if PROOF.is_long { full } else { short }
}

/// Returns the seed of the course of events.
pub(crate) fn seed() -> u64 {
    PROOF.seed
}

/// Returns the course of events of a test or of one of its parts.
pub(crate) fn random(part: u64) -> StdRng {
    StdRng::seed_from_u64(PROOF.seed.wrapping_add(part))
}
