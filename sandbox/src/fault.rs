//! Faults on demand.

use serde::{Deserialize, Serialize};

/// A fault for the next requests of a kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The method of affected requests; `None` for any.
    #[serde(default)]
    pub method: Option<String>,
    /// The beginning of the path of affected requests; empty for any.
    #[serde(default)]
    pub path_prefix: String,
    /// The number of requests left to affect; `None` for all.
    #[serde(default)]
    pub times: Option<u32>,
    /// The effect.
    pub effect: Effect,
}

/// The effect of a fault on a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Effect {
    /// The response has this status and a body in Pluggy's form.
    Status {
        /// The status.
        status: u16,
        /// The `codeDescription` of the body.
        #[serde(default)]
        code_description: Option<String>,
    },
    /// The response is normal, but delayed.
    Delay {
        /// The delay in milliseconds; not scaled.
        milliseconds: u64,
    },
    /// The response is normal, but delayed: the first request by the first of these delays, the next one by the next, and
    /// so on in a circle.
    DelayInTurn {
        /// The delays in milliseconds; not scaled.
        milliseconds: Vec<u64>,
    },
    /// The response is 200 with a body that is not JSON.
    Garbage,
    /// The response is normal but for one value, which may be odd.
    Odd {
        /// The place of the value in the body, as a JSON pointer (RFC 6901); the whole body if it is empty.
        #[serde(default)]
        field: String,
        /// The value as JSON text, which need not be valid; `None` leaves the field out.
        #[serde(default)]
        json: Option<String>,
    },
    /// There is no response.
    Hang,
    /// The connection is closed without a response.
    Disconnect,
    /// The request is refused because of the rate limit.
    RateLimited {
        /// The value of `RateLimit-Reset`.
        reset_seconds: u64,
    },
}

impl Fault {
    fn concerns(&self, method: &str, path: &str) -> bool {
        let is_method = self
            .method
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        is_method && path.starts_with(&self.path_prefix) && self.times != Some(0)
    }
}

/// Returns the effect of the oldest fault that matches a request, and uses it up once.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Effect> {
    let fault = faults
        .iter_mut()
        .find(|fault| fault.concerns(method, path))?;
    fault.times = fault.times.map(|times| times.saturating_sub(1));
    let effect = fault.effect.clone();
    if let Effect::DelayInTurn { milliseconds } = &mut fault.effect
        && !milliseconds.is_empty()
    {
        milliseconds.rotate_left(1);
    }
    faults.retain(|fault| fault.times != Some(0));
    Some(effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(method: &str, path_prefix: &str, times: u32) -> Fault {
        Fault {
            method: Some(method.to_owned()),
            path_prefix: path_prefix.to_owned(),
            times: Some(times),
            effect: Effect::Garbage,
        }
    }

    #[test]
    fn a_fault_spoils_as_many_requests_as_it_says() {
        let mut faults = vec![fault("get", "/items/", 2)];

        let spoiled = (0..4)
            .filter_map(|_| take(&mut faults, "GET", "/items/1"))
            .count();

        assert_eq!(spoiled, 2);
        assert!(faults.is_empty());
    }

    #[test]
    fn delays_come_in_turn() {
        let mut faults = vec![Fault {
            effect: Effect::DelayInTurn {
                milliseconds: vec![1, 2],
            },
            ..fault("GET", "/items/", 3)
        }];

        let mut first = || match take(&mut faults, "GET", "/items/1") {
            Some(Effect::DelayInTurn { milliseconds }) => milliseconds.first().copied(),
            _ => None,
        };

        assert_eq!(
            [first(), first(), first(), first()],
            [Some(1), Some(2), Some(1), None]
        );
    }

    #[test]
    fn a_fault_leaves_other_requests_alone() {
        let mut faults = vec![fault("GET", "/items/", 1)];

        assert!(take(&mut faults, "PATCH", "/items/1").is_none());
        assert!(take(&mut faults, "GET", "/connectors").is_none());
        assert_eq!(faults.len(), 1);
    }
}
