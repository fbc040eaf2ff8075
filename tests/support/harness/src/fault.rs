//! What can go wrong between a function and what it calls, and how often it does.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is answered with a server error, and does not arrive.
    ServerError,
    /// It is answered that there were too many, and does not arrive.
    Throttled,
    /// Its connection is reset, and it does not arrive.
    Reset,
    /// It is never answered, and does not arrive.
    Stall,
    /// It arrives, and the connection ends in the middle of the answer.
    Truncated,
    /// It arrives, and the connection ends before the answer.
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

/// How likely each fault is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan(Vec<(Fault, f64)>);

impl Plan {
    /// All goes well.
    pub fn none() -> Self {
        Self::default()
    }

    /// One fault alone, with a probability of 0 to 1.
    pub fn only(fault: Fault, probability: f64) -> Self {
        Self(vec![(fault, probability)])
    }

    /// Every fault, equally likely; together with a probability of 0 to 1.
    pub fn all(probability: f64) -> Self {
        Self::any_of(&Fault::ALL, probability)
    }

    /// Some faults, equally likely; together with a probability of 0 to 1.
    pub fn any_of(faults: &[Fault], probability: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let each = probability / faults.len() as f64;
        Self(faults.iter().map(|fault| (*fault, each)).collect())
    }

    /// What goes wrong with the next request.
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
