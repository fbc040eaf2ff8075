//! Misbehavior on demand.

use serde::{Deserialize, Serialize};

/// The next requests of a kind, and what goes wrong with them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method; any, if none is given.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path begins like this; any, if empty.
    #[serde(default)]
    pub path_prefix: String,
    /// How many requests are left to spoil; all of them, if none is given.
    #[serde(default)]
    pub times: Option<u32>,
    /// What goes wrong.
    pub effect: Effect,
}

/// What goes wrong with a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Effect {
    /// It is answered with this status and a body in Pluggy's form.
    Status {
        /// The status.
        status: u16,
        /// The `codeDescription` of the body.
        #[serde(default)]
        code_description: Option<String>,
    },
    /// It is answered as usual, but later.
    Delay {
        /// How much later; not scaled.
        milliseconds: u64,
    },
    /// It is answered 200 with something that is not JSON.
    Garbage,
    /// It is never answered.
    Hang,
    /// Its connection is closed without an answer.
    Disconnect,
    /// It is refused as one too many.
    RateLimited {
        /// What `RateLimit-Reset` says.
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

/// The effect of the oldest fault that concerns a request, which is then used up once.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Effect> {
    let fault = faults
        .iter_mut()
        .find(|fault| fault.concerns(method, path))?;
    fault.times = fault.times.map(|times| times.saturating_sub(1));
    let effect = fault.effect.clone();
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
    fn a_fault_leaves_other_requests_alone() {
        let mut faults = vec![fault("GET", "/items/", 1)];

        assert!(take(&mut faults, "PATCH", "/items/1").is_none());
        assert!(take(&mut faults, "GET", "/connectors").is_none());
        assert_eq!(faults.len(), 1);
    }
}
