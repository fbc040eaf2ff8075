//! Assessment of a connection: from Pluggy's two states, the connector and the time to one reason.

use jiff::{SignedDuration, Timestamp};

use super::open_finance::is_login;
use super::update_mode::is_updatable;
use super::{ActionKind, Availability, Phase, Reason, TokenUse};
use pluggy::{ExecutionStatus, Item, ItemStatus};

/// Time after which a user is expected not to act any more.
const USER_PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Time after which Pluggy has given up. It retries a failed execution up to five times, an hour apart.
const RETRY_PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// Time after which a planned execution is late.
const EXECUTION_PATIENCE: SignedDuration = SignedDuration::from_hours(1);
/// Age up to which data counts as current even if Pluggy plans no further execution.
const CURRENT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The state of a connection for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The reason, which determines phase and next action.
    pub reason: Reason,
    /// Until when the next action can be done, if Pluggy says so.
    pub expires_at: Option<Timestamp>,
    /// Whether the widget can update the item.
    is_updatable: bool,
}

impl Assessment {
    /// The assessment of an item that was never fetched.
    pub const NOT_FETCHED: Self = Self {
        reason: Reason::NotFetched,
        expires_at: None,
        is_updatable: true,
    };

    /// Returns the phase of the connection.
    pub fn phase(self) -> Phase {
        self.reason.phase()
    }

    /// Returns the next action: that of the reason, unless only a new connection helps.
    pub fn action(self) -> ActionKind {
        match self.token_use() {
            Some(TokenUse::NewConnection) => ActionKind::ConnectAgain,
            Some(TokenUse::Update) | None => self.reason.action(),
        }
    }

    /// Returns the purpose of the connect token that the action needs, or `None` if the action is not done in
    /// the widget.
    pub fn token_use(self) -> Option<TokenUse> {
        match self.reason.token_use() {
            Some(TokenUse::Update) if !self.is_updatable => Some(TokenUse::NewConnection),
            token_use => token_use,
        }
    }
}

/// Assesses an item at `now`, from its snapshot and the availability of its connector. docs/reference/status.md lists
/// all results.
///
/// ```
/// use connection::{ActionKind, Availability, Phase, assess};
///
/// let item = serde_json::from_str(
///     r#"{"id":"9a7b6c5d-0000-4000-8000-000000000001",
///         "status":"OUTDATED","executionStatus":"USER_AUTHORIZATION_PENDING"}"#,
/// )?;
/// let assessment = assess(&item, Availability::Available, "2026-11-23T12:00:00Z".parse()?);
/// assert_eq!(assessment.phase(), Phase::WaitingUser);
/// assert_eq!(assessment.action(), ActionKind::AuthorizeDevice);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/docs/item-lifecycle>.
pub fn assess(item: &Item, connector: Availability, now: Timestamp) -> Assessment {
    let reason = reason(item, connector, now);
    let expires_at = match reason {
        Reason::MfaRequired | Reason::OpenFinanceLogin => input_expiry(item),
        Reason::BankActionRequired => action_expiry(item),
        _ => None,
    };
    Assessment {
        reason: match connector {
            Availability::Offline => reason.while_offline(),
            Availability::Available | Availability::Retired => reason,
        },
        expires_at,
        is_updatable: is_updatable(item),
    }
}

/// Returns the reason. The item's status decides first, then that of its execution. An unknown execution
/// status therefore matters only if the item's status leaves the action open.
fn reason(item: &Item, connector: Availability, now: Timestamp) -> Reason {
    match &item.status {
        ItemStatus::Created | ItemStatus::Updating | ItemStatus::Merging => running(item, now),
        ItemStatus::WaitingUserInput => input(item, now),
        ItemStatus::WaitingUserAction => action(item, now),
        ItemStatus::Updated | ItemStatus::Outdated | ItemStatus::LoginError
            if item.execution_status.is_running() =>
        {
            running(item, now)
        }
        ItemStatus::Updated | ItemStatus::Outdated | ItemStatus::LoginError
            if connector == Availability::Retired =>
        {
            Reason::ConnectorRetired
        }
        ItemStatus::Updated | ItemStatus::Outdated | ItemStatus::LoginError
            if item.consent_expires_at.is_some_and(|at| at <= now) =>
        {
            Reason::ConsentExpired
        }
        ItemStatus::Updated => updated(item, now),
        ItemStatus::Outdated | ItemStatus::LoginError => failed(item, now),
        ItemStatus::Unknown(_) => Reason::Unknown,
    }
}

/// Some sources report a pause only as an execution status.
fn running(item: &Item, now: Timestamp) -> Reason {
    match item.execution_status {
        ExecutionStatus::WaitingUserInput => input(item, now),
        ExecutionStatus::WaitingUserAction => action(item, now),
        _ if item.last_updated_at.is_some() => Reason::ExecutionRunning,
        _ => Reason::FirstExecution,
    }
}

fn input(item: &Item, now: Timestamp) -> Reason {
    if has_expired(input_expiry(item), item, now) {
        input_expired(item)
    } else if is_login(item) {
        Reason::OpenFinanceLogin
    } else {
        Reason::MfaRequired
    }
}

/// An expired prompt cannot be answered, and the link of an expired login does not work. A new execution is
/// needed.
fn input_expired(item: &Item) -> Reason {
    if is_login(item) {
        Reason::OpenFinanceLoginExpired
    } else {
        Reason::MfaExpired
    }
}

fn action(item: &Item, now: Timestamp) -> Reason {
    if has_expired(action_expiry(item), item, now) {
        Reason::BankActionExpired
    } else {
        Reason::BankActionRequired
    }
}

fn input_expiry(item: &Item) -> Option<Timestamp> {
    item.parameter.as_ref()?.expires_at
}

fn action_expiry(item: &Item) -> Option<Timestamp> {
    item.user_action.as_ref()?.expires_at
}

fn has_expired(expires_at: Option<Timestamp>, item: &Item, now: Timestamp) -> bool {
    expires_at.map_or(age(item, now) >= USER_PATIENCE, |at| at <= now)
}

fn updated(item: &Item, now: Timestamp) -> Reason {
    let product_missing = item.status_detail.as_ref().is_some_and(|detail| {
        detail
            .values()
            .flatten()
            .any(|product| product.is_updated == Some(false))
    });
    if item.has_resources_pending_authorization == Some(true) {
        Reason::CoHolderApprovalPending
    } else if product_missing || !ended_well(&item.execution_status) {
        Reason::PartiallyUpdated
    } else if is_old(item, now) && (item.next_auto_sync_at.is_none() || is_overdue(item, now)) {
        Reason::DataStale
    } else if is_overdue(item, now) {
        Reason::ExecutionOverdue
    } else {
        Reason::UpToDate
    }
}

/// Returns whether the data was collected too long ago to count as current. The record changes with each
/// collection, so its last change decides if Pluggy does not report the last collection.
fn is_old(item: &Item, now: Timestamp) -> bool {
    let collected_at = item.last_updated_at.or(item.updated_at);
    collected_at.is_some_and(|at| now.duration_since(at) > CURRENT_FOR)
}

/// Returns whether Pluggy has not carried out the execution that it planned.
fn is_overdue(item: &Item, now: Timestamp) -> bool {
    let planned_at = item.next_auto_sync_at;
    planned_at.is_some_and(|at| now.duration_since(at) >= EXECUTION_PATIENCE)
}

/// Returns whether everything was collected. The item's status says that the execution ended well or partly
/// well, so an unknown execution status counts as success.
fn ended_well(execution: &ExecutionStatus) -> bool {
    matches!(
        execution,
        ExecutionStatus::Success | ExecutionStatus::Unknown(_)
    )
}

/// Returns the reason for `OUTDATED` and `LOGIN_ERROR`: the execution status decides, else the error.
fn failed(item: &Item, now: Timestamp) -> Reason {
    use ExecutionStatus as Execution;
    let has_given_up =
        age(item, now) >= RETRY_PATIENCE && item.next_auto_sync_at.is_none_or(|next| next <= now);
    match cause(item) {
        Execution::UserAuthorizationPending if age(item, now) < USER_PATIENCE => {
            Reason::DeviceAuthorizationPending
        }
        Execution::UserAuthorizationPending => Reason::DeviceAuthorizationOverdue,
        Execution::InvalidCredentials => Reason::InvalidCredentials,
        Execution::InvalidCredentialsMfa => Reason::InvalidMfa,
        Execution::UserInputTimeout => input_expired(item),
        Execution::UserAuthorizationNotGranted => Reason::AuthorizationDenied,
        Execution::UserAuthorizationRevoked => Reason::AuthorizationRevoked,
        Execution::AccountLocked => Reason::AccountLocked,
        Execution::AccountCredentialsReset => Reason::PasswordResetRequired,
        Execution::AccountNeedsAction => Reason::AccountActionRequired,
        Execution::UserNotSupported => Reason::AccountNotSupported,
        cause if item.status == ItemStatus::LoginError => login_failed(cause),
        Execution::Unknown(_) => Reason::Unknown,
        _ if has_given_up => Reason::RetriesExhausted,
        Execution::AlreadyLoggedIn => Reason::SessionConflict,
        Execution::SiteNotAvailable => Reason::BankUnavailable,
        _ => Reason::Retrying,
    }
}

/// Returns the reason after a failed login. Pluggy does not retry it, so the user must. The user enters the
/// credentials again only if they may be the cause.
fn login_failed(cause: &ExecutionStatus) -> Reason {
    use ExecutionStatus as Execution;
    match cause {
        Execution::AlreadyLoggedIn => Reason::LoginSessionConflict,
        Execution::SiteNotAvailable
        | Execution::ConnectionError
        | Execution::Error
        | Execution::UnexpectedError
        | Execution::CreateError
        | Execution::MergeError => Reason::LoginInterrupted,
        _ => Reason::LoginFailed,
    }
}

/// Returns the cause: the execution status if it is specific, else the error code. Older responses differ,
/// and the more specific value wins.
fn cause(item: &Item) -> &ExecutionStatus {
    let generic = matches!(
        item.execution_status,
        ExecutionStatus::Error | ExecutionStatus::UnexpectedError | ExecutionStatus::Unknown(_)
    );
    match item.error.as_ref().and_then(|error| error.code.as_ref()) {
        Some(code) if generic => code,
        _ => &item.execution_status,
    }
}

/// Returns how long the item has been in its state.
fn age(item: &Item, now: Timestamp) -> SignedDuration {
    item.updated_at
        .or(item.created_at)
        .map(|at| now.duration_since(at))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
