//! What is true at Pluggy about one item, and what Pluggy answers about it.

use jiff::{SignedDuration, Timestamp};
use pluggy::{Item, ItemId};
use serde_json::{Value, json};

/// How many processes run item-sync.
pub(crate) const LANES: usize = 2;
/// Whom the item belongs to.
pub(crate) const USER: &str = "usr_1";
/// When every history begins.
pub(crate) const BEGIN: &str = "2026-11-23T12:00:00Z";

/// A state that an item can be in, and the event that tells of it.
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

/// What Pluggy is made to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What is true when the request arrives.
    Truth,
    /// What was true so many changes ago: a replica lags behind.
    Lagging(usize),
    /// 404, though the item may be there.
    Missing,
    /// 500.
    Failing,
    /// 429.
    Limited,
}

/// What Pluggy did answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The item, in its n-th state.
    State(usize),
    /// There is no such item.
    Missing,
    /// Nothing of use.
    Refusal,
}

/// One state of the item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    pub(crate) updated_at: Option<Timestamp>,
    /// Since when it is true.
    pub(crate) since: Timestamp,
}

/// The truth about one item, and the time.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) item_id: ItemId,
    pub(crate) states: Vec<State>,
    pub(crate) deleted_at: Option<Timestamp>,
    /// Whether answers name the item's owner.
    pub(crate) answers_name_the_owner: bool,
    /// What each lane is answered.
    pub(crate) plan: [Answer; LANES],
    /// What each lane was answered last, and when.
    pub(crate) given: [Option<Given>; LANES],
    /// When Pluggy said that there is no such item, by its own clock.
    pub(crate) missing: Vec<Timestamp>,
}

impl World {
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
        }
    }

    pub(crate) fn created_at() -> Timestamp {
        BEGIN.parse().unwrap()
    }

    /// The item that is true now; none if it is deleted.
    pub(crate) fn truth(&self) -> Option<Item> {
        let index = self.states.len().checked_sub(1)?;
        self.deleted_at.is_none().then(|| self.item(index))
    }

    /// The item as it was in its n-th state.
    pub(crate) fn item(&self, index: usize) -> Item {
        serde_json::from_value(self.body(index)).unwrap()
    }

    /// What the lane is answered now: status and body.
    pub(crate) fn answer(&mut self, lane: usize, item_id: &str) -> (u16, Value) {
        let last = self.states.len().saturating_sub(1);
        let is_known = item_id == self.item_id.to_string() && !self.states.is_empty();
        let given = match self.plan[lane] {
            _ if !is_known => Given::Missing,
            Answer::Truth if self.deleted_at.is_some() => Given::Missing,
            Answer::Truth => Given::State(last),
            Answer::Lagging(changes) => Given::State(last.saturating_sub(changes)),
            Answer::Missing => Given::Missing,
            Answer::Failing | Answer::Limited => Given::Refusal,
        };
        self.given[lane] = Some(given);
        match given {
            Given::State(index) => (200, self.body(index)),
            Given::Missing => {
                self.missing.push(self.now);
                let body = json!({"code": 404, "codeDescription": "ITEM_NOT_FOUND"});
                (404, body)
            }
            Given::Refusal if self.plan[lane] == Answer::Limited => (429, json!({})),
            Given::Refusal => (500, json!({})),
        }
    }

    fn body(&self, index: usize) -> Value {
        let state = &self.states[index];
        let (status, execution_status) = state.kind.status();
        // No two states are alike, also where their kind is the same.
        let number = SignedDuration::from_millis(i64::try_from(index).unwrap());
        let mut body = json!({
            "id": self.item_id,
            "connector": {"id": 2, "name": "Bank"},
            "status": status,
            "executionStatus": execution_status,
            "createdAt": Self::created_at(),
            "lastUpdatedAt": Self::created_at() + number,
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
