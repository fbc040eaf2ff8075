//! The decision whether a user may do one more operation in a period.

use jiff::{SignedDuration, Timestamp};

/// The current period of a user and an operation, as the row has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// Number of operations so far. One more than the maximum means that a refusal has been marked.
    pub(super) uses: u32,
    /// When the period ends.
    pub(super) until: Timestamp,
}

/// Conditional update that a request tries next. Its condition fails if the row does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Begins a period with this operation.
    Begin,
    /// Counts the operation in the current period.
    Count,
    /// Marks the first refusal of the period. The duration is the time until the period ends.
    Mark(SignedDuration),
    /// Refuses the operation without another update. The duration is the time until the period ends.
    Refuse(SignedDuration),
}

/// Returns the next step of a request, from the row that made the condition of the last step fail.
pub(super) fn next_step(stored: Option<Period>, max: u32, now: Timestamp) -> Step {
    let Some(period) = stored.filter(|period| period.until > now) else {
        return Step::Begin;
    };
    let left = period.until.duration_since(now);
    match period.uses {
        uses if uses < max => Step::Count,
        uses if uses == max => Step::Mark(left),
        _ => Step::Refuse(left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u32 = 20;
    const UNTIL: &str = "2026-11-23T12:10:00Z";

    fn check(uses: u32, now: &str, expected: Step) {
        let period = Period {
            uses,
            until: UNTIL.parse().unwrap(),
        };

        let step = next_step(Some(period), MAX, now.parse().unwrap());

        assert_eq!(step, expected, "{uses} at {now}");
    }

    #[test]
    fn operations_are_counted_up_to_the_maximum() {
        check(1, "2026-11-23T12:00:00Z", Step::Count);
        check(19, "2026-11-23T12:09:59.999Z", Step::Count);
    }

    #[test]
    fn the_first_refusal_of_a_period_is_marked_and_the_others_cost_no_further_update() {
        let left = SignedDuration::from_secs(30);

        check(20, "2026-11-23T12:09:30Z", Step::Mark(left));
        check(21, "2026-11-23T12:09:30Z", Step::Refuse(left));
        check(u32::MAX, "2026-11-23T12:09:30Z", Step::Refuse(left));
    }

    #[test]
    fn a_period_that_has_ended_or_is_absent_is_followed_by_a_new_one() {
        for uses in [1, 20, 21] {
            check(uses, UNTIL, Step::Begin);
            check(uses, "2026-11-24T00:00:00Z", Step::Begin);
        }
        assert_eq!(next_step(None, MAX, UNTIL.parse().unwrap()), Step::Begin);
    }
}
