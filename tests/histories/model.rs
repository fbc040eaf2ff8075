//! A model of one item at Pluggy, and of Pluggy's responses about it.

use jiff::{SignedDuration, Timestamp};
use pluggy::{Item, ItemId};
use serde_json::{Value, json};

/// The number of processes that run item-sync.
pub(crate) const LANES: usize = 2;
/// The item's owner.
pub(crate) const USER: &str = "usr_1";
/// How long before the end of a consent the item is first fetched because of it.
pub(crate) const FIRST_NOTICE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The start time of every history.
pub(crate) const BEGIN: &str = "2026-11-23T12:00:00Z";

/// A state of an item, and the event that reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Updated,
    LoggedIn,
    WaitingUserInput,
    LoginError,
    AuthorizationPending,
    PartialSuccess,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::LoggedIn,
        Self::WaitingUserInput,
        Self::AuthorizationPending,
        Self::Updated,
        Self::LoginError,
        Self::PartialSuccess,
    ];

    fn status(self) -> (&'static str, &'static str) {
        match self {
            Self::Updated => ("UPDATED", "SUCCESS"),
            Self::LoggedIn => ("UPDATING", "ACCOUNTS_IN_PROGRESS"),
            Self::WaitingUserInput => ("WAITING_USER_INPUT", "WAITING_USER_INPUT"),
            Self::LoginError => ("LOGIN_ERROR", "INVALID_CREDENTIALS"),
            Self::AuthorizationPending => ("OUTDATED", "USER_AUTHORIZATION_PENDING"),
            Self::PartialSuccess => ("UPDATED", "PARTIAL_SUCCESS"),
        }
    }

    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Updated | Self::PartialSuccess => "item/updated",
            Self::LoggedIn => "item/login_succeeded",
            Self::WaitingUserInput => "item/waiting_user_input",
            Self::LoginError | Self::AuthorizationPending => "item/error",
        }
    }
}

/// The response that the test plans for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The true state when the request arrives.
    Truth,
    /// The state this many changes ago, from a lagging replica.
    Lagging(usize),
    /// 404, though the item may be there.
    Missing,
    /// 500.
    Failing,
    /// 429.
    Limited,
}

/// The response that Pluggy gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The item, in its n-th state.
    State(usize),
    /// 404: there is no such item.
    Missing,
    /// No usable response.
    Refusal,
    /// 429: Pluggy limits the rate of our calls.
    Limit,
}

/// One state of the item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    pub(crate) updated_at: Option<Timestamp>,
    /// When this state began.
    pub(crate) since: Timestamp,
}

/// The true state of one item, and the current time.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) now: Timestamp,
    pub(crate) item_id: ItemId,
    pub(crate) states: Vec<State>,
    pub(crate) deleted_at: Option<Timestamp>,
    /// Whether responses name the item's owner.
    pub(crate) answers_name_the_owner: bool,
    /// The planned response for each lane.
    pub(crate) plan: [Answer; LANES],
    /// The last response that each lane got.
    pub(crate) given: [Option<Given>; LANES],
    /// When Pluggy answered 404, by its own clock.
    pub(crate) missing: Vec<Timestamp>,
    /// The number of tokens and deletions that our API requested.
    pub(crate) api_calls: usize,
}

impl Model {
    pub(crate) fn new(item_id: ItemId) -> Self {
        Self {
            now: BEGIN.parse().unwrap(),
            item_id,
            states: Vec::new(),
            deleted_at: None,
            answers_name_the_owner: true,
            plan: [Answer::Truth; LANES],
            given: [None; LANES],
            missing: Vec::new(),
            api_calls: 0,
        }
    }

    pub(crate) fn created_at() -> Timestamp {
        BEGIN.parse().unwrap()
    }

    /// Returns the item in its current true state; `None` if it is deleted.
    pub(crate) fn truth(&self) -> Option<Item> {
        let index = self.states.len().checked_sub(1)?;
        self.deleted_at.is_none().then(|| self.item(index))
    }

    /// Returns the item in its n-th state.
    pub(crate) fn item(&self, index: usize) -> Item {
        serde_json::from_value(self.body(index)).unwrap()
    }

    /// Returns the status and body of the response to the lane.
    pub(crate) fn answer(&mut self, lane: usize, item_id: &str) -> (u16, Value) {
        let last = self.states.len().saturating_sub(1);
        let is_known = item_id == self.item_id.to_string() && !self.states.is_empty();
        let given = match self.plan[lane] {
            _ if !is_known => Given::Missing,
            Answer::Truth if self.deleted_at.is_some() => Given::Missing,
            Answer::Truth => Given::State(last),
            Answer::Lagging(changes) => Given::State(last.saturating_sub(changes)),
            Answer::Missing => Given::Missing,
            Answer::Failing => Given::Refusal,
            Answer::Limited => Given::Limit,
        };
        self.given[lane] = Some(given);
        match given {
            Given::State(index) => (200, self.body(index)),
            Given::Missing => {
                self.missing.push(self.now);
                let body = json!({"code": 404, "codeDescription": "ITEM_NOT_FOUND"});
                (404, body)
            }
            Given::Refusal => (500, json!({})),
            Given::Limit => (429, json!({})),
        }
    }

    /// Returns the status and body of the response to the erasure, which fetches or deletes the item.
    pub(crate) fn answer_erasure(&mut self, item_id: &str, is_deletion: bool) -> (u16, Value) {
        let is_there = item_id == self.item_id.to_string()
            && self.deleted_at.is_none()
            && !self.states.is_empty();
        if !is_there {
            let body = json!({"code": 404, "codeDescription": "ITEM_NOT_FOUND"});
            return (404, body);
        }
        if is_deletion {
            self.deleted_at = Some(self.now);
            return (200, json!({"count": 1}));
        }
        (200, self.body(self.states.len() - 1))
    }

    fn body(&self, index: usize) -> Value {
        let state = &self.states[index];
        let (status, execution_status) = state.kind.status();
        // Every two states differ, even if their kinds are equal.
        let number = SignedDuration::from_millis(i64::try_from(index).unwrap());
        // Each change renews the consent. A history has the first moment before the end of some of them.
        let hours = i64::try_from(index).unwrap() + 1;
        let consent_expires_at =
            Self::created_at() + FIRST_NOTICE + SignedDuration::from_hours(hours);
        let mut body = json!({
            "id": self.item_id,
            "connector": {"id": 2, "name": "Bank"},
            "status": status,
            "executionStatus": execution_status,
            "createdAt": Self::created_at(),
            "lastUpdatedAt": Self::created_at() + number,
            "consentExpiresAt": consent_expires_at,
        });
        if let Some(updated_at) = state.updated_at {
            body["updatedAt"] = json!(updated_at);
        }
        if self.answers_name_the_owner {
            body["clientUserId"] = json!(USER);
        }
        if state.kind == Kind::Updated {
            body["nextAutoSyncAt"] = json!(state.since + SignedDuration::from_hours(8));
        }
        if state.kind == Kind::WaitingUserInput {
            let expires_at = state.since + SignedDuration::from_mins(5);
            body["parameter"] = json!({"name": "token", "expiresAt": expires_at});
        }
        body
    }
}
