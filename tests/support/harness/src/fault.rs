//! Faults between a function and the services that it calls, and their probabilities.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// A fault of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The client gets a server error. The request does not arrive.
    ServerError,
    /// The client gets a throttling error. The request does not arrive.
    Throttled,
    /// The connection is reset. The request does not arrive.
    Reset,
    /// The client gets no response. The request does not arrive.
    Stall,
    /// The request arrives. The connection ends in the middle of the response.
    Truncated,
    /// The request arrives. The connection ends before the response.
    LostResponse,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::ServerError,
        Self::Throttled,
        Self::Reset,
        Self::Stall,
        Self::Truncated,
        Self::LostResponse,
    ];
}

/// The probability of each fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan(Vec<(Fault, f64)>);

impl Plan {
    /// Returns a plan without faults.
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns a plan with one fault, at a probability from 0 to 1.
    pub fn only(fault: Fault, probability: f64) -> Self {
        Self(vec![(fault, probability)])
    }

    /// Returns a plan with every fault, equally likely, at a total probability from 0 to 1.
    pub fn all(probability: f64) -> Self {
        Self::any_of(&Fault::ALL, probability)
    }

    /// Returns a plan with some faults, equally likely, at a total probability from 0 to 1.
    pub fn any_of(faults: &[Fault], probability: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let each = probability / faults.len() as f64;
        Self(faults.iter().map(|fault| (*fault, each)).collect())
    }

    /// Draws the fault of the next request.
    pub(crate) fn draw(&self, random: &mut StdRng) -> Option<Fault> {
        let mut left: f64 = random.random();
        self.0.iter().find_map(|(fault, probability)| {
            left -= probability;
            (left < 0.0).then_some(*fault)
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn drawn(plan: &Plan, seed: u64) -> Vec<Option<Fault>> {
        let mut random = StdRng::seed_from_u64(seed);
        (0..1_000).map(|_| plan.draw(&mut random)).collect()
    }

    #[test]
    fn a_plan_is_as_likely_as_it_says_and_the_same_for_the_same_seed() {
        let plan = Plan::all(0.3);

        let faults = drawn(&plan, 1).iter().flatten().count();

        assert!((250..350).contains(&faults), "{faults}");
        assert_eq!(drawn(&plan, 1), drawn(&plan, 1));
        assert!(drawn(&Plan::none(), 1).iter().all(Option::is_none));
        assert!(
            drawn(&Plan::all(1.0), 1)
                .iter()
                .filter(|fault| fault.is_none())
                .count()
                <= 1
        );
    }
}
