//! The profile that callgrind writes when a process ends.
//!
//! Source: <https://valgrind.org/docs/manual/cl-format.html>

use std::str::FromStr;

/// The instruction count of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The number of instructions read, over all parts of the profile.
    pub instructions: u64,
}

/// An error in a profile.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The profile's first event is not instructions.
    #[error("the events are not instructions alone, but {events:?}")]
    Events {
        /// The events that it counts.
        events: String,
    },
    /// The profile is incomplete.
    #[error("there are no totals")]
    NoTotals,
    /// A total is not a number.
    #[error("{total:?} is no total")]
    Total {
        /// The text.
        total: String,
    },
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut instructions = None;
        for line in text.lines() {
            if let Some(events) = line.strip_prefix("events:")
                && events.trim() != "Ir"
            {
                let events = events.trim().to_owned();
                return Err(ProfileError::Events { events });
            }
            if let Some(total) = line.strip_prefix("totals:") {
                *instructions.get_or_insert(0) += parse(total.trim())?;
            }
        }
        instructions
            .map(|instructions| Self { instructions })
            .ok_or(ProfileError::NoTotals)
    }
}

fn parse(total: &str) -> Result<u64, ProfileError> {
    total.parse().map_err(|_| ProfileError::Total {
        total: total.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# callgrind format\nversion: 1\npid: 6177\ncmd: /bin/true\n";

    fn check(rest: &str, expected: Result<u64, ProfileError>) {
        let profile: Result<Profile, _> = format!("{HEAD}{rest}").parse();

        assert_eq!(profile.map(|profile| profile.instructions), expected);
    }

    #[test]
    fn the_instructions_are_the_total_and_not_the_lines() {
        let rest = "part: 1\nevents: Ir\nsummary: 126545\n\nfn=(1) main\n0 4\n\ntotals: 126545\n";

        check(rest, Ok(126_545));
    }

    #[test]
    fn the_parts_of_a_profile_are_added() {
        let rest = "part: 1\nevents: Ir\ntotals: 5\npart: 2\nevents: Ir\ntotals: 7\n";

        check(rest, Ok(12));
    }

    #[test]
    fn a_profile_that_ends_too_early_is_refused() {
        check(
            "events: Ir\nfn=(1) main\n0 4\n",
            Err(ProfileError::NoTotals),
        );
    }

    #[test]
    fn a_profile_that_counts_something_else_is_refused() {
        let events = "Dr Ir".to_owned();

        check(
            "events: Dr Ir\ntotals: 1 2\n",
            Err(ProfileError::Events { events }),
        );
    }

    #[test]
    fn a_total_that_is_no_number_is_refused() {
        let total = "many".to_owned();

        check(
            "events: Ir\ntotals: many\n",
            Err(ProfileError::Total { total }),
        );
    }
}
