//! Pluggy's limits: requests per endpoint, source address and minute.

use std::collections::HashMap;
use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::clock::Moment;
use crate::database::Switches;
use crate::settings::Settings;

const WINDOW_SECONDS: i64 = 60;
/// The constant value of `Retry-After`, regardless of the rest of the minute.
const RETRY_AFTER: &str = "60";

/// An endpoint whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    Authentication,
    ItemRead,
    ItemUpdate,
    AccountRead,
    TransactionRead,
}

impl Endpoint {
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let is_item = path
            .strip_prefix("/items/")
            .is_some_and(|id| !id.contains('/'));
        let is_read = |list: &str| {
            let rest = path.strip_prefix(list).filter(|_| method == Method::GET);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if method == Method::POST && path == "/auth" {
            Some(Self::Authentication)
        } else if method == Method::GET && is_item {
            Some(Self::ItemRead)
        } else if method == Method::PATCH && is_item {
            Some(Self::ItemUpdate)
        } else if is_read("/accounts") {
            Some(Self::AccountRead)
        } else if is_read("/v2/transactions") {
            Some(Self::TransactionRead)
        } else {
            None
        }
    }

    /// Returns the number of requests in a minute; `None` without a limit.
    pub(crate) fn limit(self, settings: &Settings, switches: Switches) -> Option<u32> {
        match self {
            Self::Authentication => Some(settings.authentications_per_minute),
            Self::ItemRead => switches.item_requests_per_minute,
            Self::ItemUpdate => Some(settings.item_updates_per_minute),
            Self::AccountRead => Some(settings.account_reads_per_minute),
            Self::TransactionRead => Some(settings.transaction_reads_per_minute),
        }
    }
}

/// The used part of each budget.
#[derive(Debug, Default)]
pub(crate) struct Budgets(HashMap<(Endpoint, IpAddr), Window>);

#[derive(Clone, Copy, Debug)]
struct Window {
    started_at: i64,
    used: u32,
}

/// The state of the budget, as a response reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BudgetState {
    pub(crate) is_allowed: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset_seconds: u64,
}

impl Budgets {
    /// Counts one request.
    pub(crate) fn spend(
        &mut self,
        endpoint: Endpoint,
        address: IpAddr,
        limit: u32,
        now: Moment,
    ) -> BudgetState {
        let now = now.as_second();
        let fresh = Window {
            started_at: now,
            used: 0,
        };
        let window = self.0.entry((endpoint, address)).or_insert(fresh);
        if now - window.started_at >= WINDOW_SECONDS {
            *window = fresh;
        }
        window.used = window.used.saturating_add(1);

        BudgetState {
            is_allowed: window.used <= limit,
            limit,
            remaining: limit.saturating_sub(window.used),
            reset_seconds: u64::try_from(window.started_at + WINDOW_SECONDS - now)
                .unwrap_or_default(),
        }
    }
}

impl BudgetState {
    /// Returns a refusal that does not come from counting.
    pub(crate) fn refused(reset_seconds: u64) -> Self {
        Self {
            is_allowed: false,
            limit: 0,
            remaining: 0,
            reset_seconds,
        }
    }

    /// Writes the budget's state to the headers.
    pub(crate) fn write_to(self, headers: &mut HeaderMap) {
        let mut set = |name, value: u64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value))
        };
        set("ratelimit-limit", self.limit.into());
        set("ratelimit-remaining", self.remaining.into());
        set("ratelimit-reset", self.reset_seconds);
        if !self.is_allowed {
            headers.insert("retry-after", HeaderValue::from_static(RETRY_AFTER));
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use uuid::Uuid;

    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn moment(seconds: i64) -> Moment {
        Moment(jiff::Timestamp::from_second(seconds).unwrap())
    }

    #[test]
    fn a_budget_ends_and_comes_back_with_the_next_minute() {
        let mut budgets = Budgets::default();
        let mut spend = |second| budgets.spend(Endpoint::ItemUpdate, ADDRESS, 2, moment(second));

        assert_eq!(spend(100).remaining, 1);
        assert!(spend(101).is_allowed);
        let refused = spend(130);
        assert!(!refused.is_allowed);
        assert_eq!(refused.reset_seconds, 30);
        assert!(spend(160).is_allowed);
    }

    #[test]
    fn a_read_of_an_item_has_no_limit_but_that_of_its_switch() {
        let settings = Settings::new(Uuid::nil(), SecretString::default());
        let limited = Switches {
            item_requests_per_minute: Some(360),
            ..Switches::default()
        };
        let limit = |switches| Endpoint::ItemRead.limit(&settings, switches);

        assert_eq!(
            (limit(Switches::default()), limit(limited)),
            (None, Some(360))
        );
    }

    #[test]
    fn only_calls_with_a_limit_are_counted_and_a_list_with_its_entries() {
        for (method, path, endpoint) in [
            (Method::POST, "/auth", Some(Endpoint::Authentication)),
            (Method::PATCH, "/items/1", Some(Endpoint::ItemUpdate)),
            (Method::PATCH, "/items/1/disable-auto-sync", None),
            (Method::GET, "/items/1", Some(Endpoint::ItemRead)),
            (Method::POST, "/connect_token", None),
            (Method::GET, "/accounts", Some(Endpoint::AccountRead)),
            (Method::GET, "/accounts/1", Some(Endpoint::AccountRead)),
            (Method::POST, "/accounts", None),
            (Method::GET, "/accountsandmore", None),
            (
                Method::GET,
                "/v2/transactions",
                Some(Endpoint::TransactionRead),
            ),
        ] {
            assert_eq!(Endpoint::of(&method, path), endpoint, "{method} {path}");
        }
    }
}
