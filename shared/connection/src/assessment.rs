//! Assessment of a connection: from Pluggy's two states, the connector and the time to one reason.

use jiff::{SignedDuration, Timestamp};

use super::{ActionKind, Availability, Phase, Reason};
use pluggy::{ExecutionStatus, Item, ItemStatus};

/// Time after which a user is expected not to act any more.
const USER_PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Time after which Pluggy has given up. It retries a failed execution up to five times, an hour apart.
const RETRY_PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// Time after which a planned update is late.
const UPDATE_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// The state of a connection for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The reason, which determines phase and next action.
    pub reason: Reason,
    /// Until when the next action can be done, if Pluggy says so.
    pub expires_at: Option<Timestamp>,
}

impl Assessment {
    /// The assessment of an item that was never fetched.
    pub const NOT_READ: Self = Self {
        reason: Reason::NotRead,
        expires_at: None,
    };

    /// Returns the phase of the connection.
    pub fn phase(self) -> Phase {
        self.reason.phase()
    }

    /// Returns the next action.
    pub fn action(self) -> ActionKind {
        self.reason.action()
    }
}

/// Assesses an item at `now`, from its snapshot and the availability of its connector. docs/status.md lists
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
        Reason::InputAwaited => input_expiry(item),
        Reason::ActionAwaited => action_expiry(item),
        _ => None,
    };
    Assessment {
        reason: match connector {
            Availability::Offline => reason.while_offline(),
            Availability::Available | Availability::Retired => reason,
        },
        expires_at,
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
            Reason::ConsentEnded
        }
        ItemStatus::Updated => updated(item, now),
        ItemStatus::Outdated | ItemStatus::LoginError => failed(item, now),
        ItemStatus::Unknown(_) => Reason::UnknownStatus,
    }
}

/// Some sources report a pause only as an execution status.
fn running(item: &Item, now: Timestamp) -> Reason {
    match item.execution_status {
        ExecutionStatus::WaitingUserInput => input(item, now),
        ExecutionStatus::WaitingUserAction => action(item, now),
        _ if item.last_updated_at.is_some() => Reason::LaterExecutionRuns,
        _ => Reason::FirstExecutionRuns,
    }
}

/// An expired prompt cannot be answered. A new execution is needed.
fn input(item: &Item, now: Timestamp) -> Reason {
    if has_expired(input_expiry(item), item, now) {
        Reason::InputExpired
    } else {
        Reason::InputAwaited
    }
}

fn action(item: &Item, now: Timestamp) -> Reason {
    if has_expired(action_expiry(item), item, now) {
        Reason::ActionExpired
    } else {
        Reason::ActionAwaited
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
    let update_overdue = item
        .next_auto_sync_at
        .is_some_and(|at| now.duration_since(at) >= UPDATE_PATIENCE);
    if item.has_resources_pending_authorization == Some(true) {
        Reason::ResourcesPending
    } else if product_missing || !ended_well(&item.execution_status) {
        Reason::ProductsMissing
    } else if update_overdue {
        Reason::UpdateOverdue
    } else {
        Reason::Collected
    }
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
            Reason::AuthorizationPending
        }
        Execution::UserAuthorizationPending => Reason::AuthorizationOverdue,
        Execution::InvalidCredentials => Reason::CredentialsRefused,
        Execution::InvalidCredentialsMfa => Reason::InputRefused,
        Execution::UserInputTimeout => Reason::InputExpired,
        Execution::UserAuthorizationNotGranted => Reason::AuthorizationNotGranted,
        Execution::UserAuthorizationRevoked => Reason::AuthorizationRevoked,
        Execution::AccountLocked => Reason::AccountLocked,
        Execution::AccountCredentialsReset => Reason::PasswordExpired,
        Execution::AccountNeedsAction => Reason::AccountNeedsAction,
        Execution::UserNotSupported => Reason::AccountNotSupported,
        cause if item.status == ItemStatus::LoginError => login_failed(cause),
        Execution::Unknown(_) => Reason::UnknownStatus,
        _ if has_given_up => Reason::GivenUp,
        Execution::AlreadyLoggedIn => Reason::LoggedInElsewhere,
        Execution::SiteNotAvailable => Reason::BankUnavailable,
        _ => Reason::ExecutionFailed,
    }
}

/// Returns the reason after a failed login. Pluggy does not retry it, so the user must. The user enters the
/// credentials again only if they may be the cause.
fn login_failed(cause: &ExecutionStatus) -> Reason {
    use ExecutionStatus as Execution;
    match cause {
        Execution::AlreadyLoggedIn => Reason::LoginBlocked,
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
