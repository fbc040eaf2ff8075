use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::{Clock, Moment};
use crate::connector::Parameters;
use crate::consent::Consent;
use crate::event::Event;
use crate::failure::Failure;
use crate::findings::Findings;
use crate::input::{self, Input};
use crate::item::{Item, Status, UserAction, status_detail};
use crate::ledger::Ledger;
use crate::script::{ACTION_TIME, INPUT_TIME, LOGIN_PAGE_TIME, Login};
use crate::step::{Collected, State};

const AUTO_SYNC_INTERVAL: Duration = Duration::from_hours(24);
const RETRY_INTERVAL: Duration = Duration::from_hours(1);

/// The number of consecutive failed logins after which the next one must wait.
pub(crate) const MAX_FAILED_LOGINS: u32 = 2;
const LOGIN_BACKOFF: Duration = Duration::from_hours(1);

/// The cause of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Trigger {
    /// The user, with a connect token.
    User,
    /// The application, with its API key.
    Client,
    /// Pluggy's own schedule.
    Sync,
}

/// An item with the internal state that Pluggy does not show.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) item: Item,
    /// The user's consent at the bank, if the bank requires one.
    pub(crate) consent: Option<Consent>,
    /// The collected data. It is behind a pointer, because it can be large and connections are often cloned.
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) parameters: Parameters,
    /// The connect token that created it.
    pub(crate) created_with: Option<Uuid>,
    /// The cause of the current or last execution.
    pub(crate) trigger: Trigger,
    /// The number of the current script, so that an outdated script can detect it.
    pub(crate) run: u64,
    pub(crate) ended_well_before: bool,
    /// The open question to the user.
    pub(crate) question: Option<Input>,
    /// The time until which new logins are refused.
    pub(crate) login_backoff_until: Option<Moment>,
}

impl Connection {
    pub(crate) fn new(item: Item, parameters: Parameters, created_with: Option<Uuid>) -> Self {
        Self {
            item,
            consent: None,
            ledger: Arc::default(),
            parameters,
            created_with,
            trigger: Trigger::Client,
            run: 0,
            ended_well_before: false,
            question: None,
            login_backoff_until: None,
        }
    }

    /// Returns the login that decides the next execution.
    pub(crate) fn login(&self) -> Login<'_> {
        Login {
            connector: &self.item.connector,
            parameters: &self.parameters,
            products: &self.item.products,
            is_known: self.ended_well_before,
        }
    }

    /// Returns whether the user must act at the bank.
    pub(crate) fn waits_for_the_bank(&self) -> bool {
        let item = &self.item;
        let is_login = item.status == Status::WaitingUserInput && self.question.is_none();
        is_login
            || item.status == Status::WaitingUserAction
            || item.execution_status == "USER_AUTHORIZATION_PENDING"
    }

    /// Returns whether these credentials made the connection. Credentials that change at every login are ignored.
    pub(crate) fn has_credentials(&self, parameters: &Parameters) -> bool {
        self.item
            .connector
            .credentials
            .iter()
            .filter(|credential| !credential.mfa)
            .all(|credential| {
                self.parameters.get(credential.name) == parameters.get(credential.name)
            })
    }

    /// Returns the accounts and their transactions; `None` after the user's consent has ended.
    pub(crate) fn data(&self, now: Moment) -> Option<&Ledger> {
        let has_ended = self
            .consent
            .as_ref()
            .is_some_and(|consent| consent.has_ended(now));
        (!has_ended).then_some(&*self.ledger)
    }

    /// Begins a new execution. Earlier scripts become outdated.
    pub(crate) fn begin(&mut self, trigger: Trigger, clock: Clock) -> u64 {
        self.trigger = trigger;
        self.run += 1;
        let is_first = self.run == 1;
        let execution_status = if is_first {
            "CREATED"
        } else {
            "LOGIN_IN_PROGRESS"
        };
        self.show(Status::Updating, execution_status, clock);
        self.run
    }

    /// Continues the same execution with another script.
    pub(crate) fn go_on(&mut self, execution_status: &'static str, clock: Clock) -> u64 {
        self.run += 1;
        self.show(Status::Updating, execution_status, clock);
        self.run
    }

    /// Moves the item to its next state and returns the events that this causes.
    pub(crate) fn enter(&mut self, state: &State, clock: Clock) -> Vec<Event> {
        match *state {
            State::Running(execution_status) => {
                self.show(Status::Updating, execution_status, clock);
                Vec::new()
            }
            State::LoggedIn(execution_status) => {
                self.show(Status::Updating, execution_status, clock);
                if self.consent.is_none() {
                    self.consent = Consent::to(&self.item, clock.now());
                }
                vec![self.event("item/login_succeeded")]
            }
            State::Merging => {
                self.show(Status::Merging, "MERGING", clock);
                Vec::new()
            }
            State::WaitingUserInput(input) => {
                self.show(Status::WaitingUserInput, "WAITING_USER_INPUT", clock);
                self.question = Some(input);
                self.item.parameter = Some(input.credential(clock.end_of(INPUT_TIME)));
                vec![self.event("item/waiting_user_input")]
            }
            State::WaitingLogin => {
                self.show(Status::WaitingUserInput, "WAITING_USER_INPUT", clock);
                vec![self.event("item/waiting_user_input")]
            }
            State::LoginPageOpen => {
                self.show(Status::WaitingUserInput, "WAITING_USER_INPUT", clock);
                self.item.parameter = Some(input::login_page(clock.end_of(LOGIN_PAGE_TIME)));
                Vec::new()
            }
            State::WaitingUserAction(action) => {
                self.show(Status::WaitingUserAction, "WAITING_USER_ACTION", clock);
                self.item.user_action = Some(UserAction::new(action, clock.end_of(ACTION_TIME)));
                vec![self.event("item/waiting_user_action")]
            }
            State::Collected(collected) => self.end_well(collected, clock),
            State::Failed(failure) => self.end_badly(failure, clock),
        }
    }

    fn event(&self, name: &'static str) -> Event {
        Event::item(name, &self.item, self.trigger)
    }

    fn end_well(&mut self, collected: Collected, clock: Clock) -> Vec<Event> {
        let execution_status = match collected {
            Collected::All { .. } | Collected::AllWithWarning => "SUCCESS",
            Collected::Part => "PARTIAL_SUCCESS",
        };
        self.show(Status::Updated, execution_status, clock);

        let now = self.item.updated_at;
        let item = &mut self.item;
        item.last_updated_at = Some(now);
        item.consecutive_failed_login_attempts = 0;
        item.status_detail = status_detail(collected, &item.products, now);
        item.next_auto_sync_at = item
            .connector
            .can_sync_alone()
            .then(|| now.plus(AUTO_SYNC_INTERVAL));
        if item.connector.is_open_finance {
            item.resources_collected_at = Some(now);
            item.has_resources_pending_authorization = Some(false);
        }

        let is_first = !std::mem::replace(&mut self.ended_well_before, true);
        let mut events = vec![self.event(if is_first {
            "item/created"
        } else {
            "item/updated"
        })];
        events.extend(self.collect(collected));
        events
    }

    /// Reads the accounts and returns events about the news. Without a consent there is nothing to read.
    fn collect(&mut self, collected: Collected) -> Vec<Event> {
        if self.data(self.item.updated_at).is_none() {
            return Vec::new();
        }
        let user = self.parameters.get("user");
        let user = user.map_or("", String::as_str);
        let findings = Findings::of(user, &self.item.products, collected);
        let growths =
            Arc::make_mut(&mut self.ledger).grow(self.item.id, findings, self.item.updated_at);
        growths
            .iter()
            .map(|growth| Event::transactions_created(&self.item, self.trigger, growth))
            .collect()
    }

    fn end_badly(&mut self, failure: Failure, clock: Clock) -> Vec<Event> {
        self.show(failure.status(), failure.code, clock);

        let now = self.item.updated_at;
        let item = &mut self.item;
        item.error = Some(failure.into());
        if item.status == Status::LoginError {
            item.consecutive_failed_login_attempts += 1;
            item.next_auto_sync_at = None;
            let is_too_often = item.consecutive_failed_login_attempts >= MAX_FAILED_LOGINS;
            self.login_backoff_until = is_too_often.then(|| clock.end_of(LOGIN_BACKOFF));
        } else {
            item.consecutive_failed_login_attempts = 0;
            item.next_auto_sync_at = item
                .connector
                .can_sync_alone()
                .then(|| now.plus(RETRY_INTERVAL));
        }

        vec![Event::item_error(&self.item, self.trigger, failure)]
    }

    /// Sets the item's status. Each change clears previous questions and errors.
    fn show(&mut self, status: Status, execution_status: &'static str, clock: Clock) {
        self.question = None;
        let item = &mut self.item;
        item.status = status;
        item.execution_status = execution_status;
        item.error = None;
        item.parameter = None;
        item.user_action = None;
        item.updated_at = clock.now();
    }
}
