//! Reasons for a connection's phase: the one table from a reason to phase and next action.

use super::{ActionKind, Phase, TokenUse};

/// Declares [`Reason`] with its table: `reason: phase, action, token => clause`.
macro_rules! reasons {
    ($($(#[$doc:meta])+ $name:ident: $phase:ident, $action:ident, $token:expr => $clause:literal,)+) => {
        /// Reason for a connection's phase and next action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $( $(#[$doc])+ $name, )+ }

        impl Reason {
            /// All reasons.
            pub const ALL: &[Self] = &[$( Self::$name, )+];

            /// Returns the phase.
            pub fn phase(self) -> Phase {
                match self { $( Self::$name => Phase::$phase, )+ }
            }

            /// Returns the next action.
            pub fn action(self) -> ActionKind {
                match self { $( Self::$name => ActionKind::$action, )+ }
            }

            /// Returns the purpose of the connect token that the action needs, or `None` if the action is not
            /// done in the widget.
            pub fn token_use(self) -> Option<TokenUse> {
                match self { $( Self::$name => $token, )+ }
            }

            /// Returns the reason as an English clause, for operators.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $clause, )+ }
            }
        }
    };
}

const NONE: Option<TokenUse> = None;
const UPDATE: Option<TokenUse> = Some(TokenUse::Update);
const NEW: Option<TokenUse> = Some(TokenUse::NewConnection);

reasons! {
    /// No fetch of the item has succeeded yet.
    NotRead: Connecting, Wait, NONE
        => "Pluggy has not answered yet",
    /// The first execution is running.
    FirstExecutionRuns: Connecting, Wait, NONE
        => "the first execution is running",
    /// A later execution is running.
    LaterExecutionRuns: Updating, Wait, NONE
        => "an execution is running; older data is there",
    /// The user can still give the value that the bank requests.
    InputAwaited: WaitingUser, AnswerMfa, UPDATE
        => "the bank asks for a value that can still be given",
    /// The user did not give the value in time.
    InputExpired: Reconnect, Reconnect, UPDATE
        => "the value that the bank asked for was not given in time",
    /// The user can still act at the bank.
    ActionAwaited: WaitingUser, ActAtBank, NONE
        => "the bank waits for something that the user can still do there",
    /// The user did not act at the bank in time.
    ActionExpired: Reconnect, Reconnect, UPDATE
        => "what the user had to do at the bank was not done in time",
    /// The last execution collected everything.
    Collected: Ready, None, NONE
        => "the last execution collected everything",
    /// Everything was collected, but the update that Pluggy planned has not arrived.
    UpdateOverdue: Ready, Wait, NONE
        => "everything was collected, and the next planned sync is overdue",
    /// The last execution did not collect every product.
    ProductsMissing: ReadyPartial, None, NONE
        => "the last execution did not collect every product",
    /// Another holder must approve at the bank.
    ResourcesPending: ReadyPartial, ActAtBank, NONE
        => "another holder must approve a resource at the bank",
    /// The Open Finance consent has ended.
    ConsentEnded: Reconnect, ConnectAgain, NEW
        => "the consent has ended",
    /// The user revoked the authorization at the bank.
    AuthorizationRevoked: Reconnect, ConnectAgain, NEW
        => "the user took the authorization back",
    /// The user has been requested to authorize a device for less than a day.
    AuthorizationPending: WaitingUser, AuthorizeDevice, NONE
        => "a device waits for its authorization, for less than a day",
    /// The user has been requested to authorize a device for a day or longer.
    AuthorizationOverdue: Reconnect, Reconnect, UPDATE
        => "a device was not authorized within a day",
    /// The user did not authorize the access.
    AuthorizationNotGranted: Reconnect, Reconnect, UPDATE
        => "the user did not authorize the access",
    /// The bank refuses the credentials.
    CredentialsRefused: Reconnect, Reconnect, UPDATE
        => "the bank refuses the credentials",
    /// The bank refuses the MFA value.
    InputRefused: Reconnect, Reconnect, UPDATE
        => "the bank refuses the value that the user gave",
    /// The bank has locked the account.
    AccountLocked: Reconnect, ActAtBank, UPDATE
        => "the bank has locked the account",
    /// The bank requires a new password.
    PasswordExpired: Reconnect, ActAtBank, UPDATE
        => "the bank wants a new password",
    /// The bank requires another action of the user.
    AccountNeedsAction: Reconnect, ActAtBank, UPDATE
        => "the bank wants something done there",
    /// The user is logged in elsewhere.
    LoggedInElsewhere: Retrying, ActAtBank, NONE
        => "the user is logged in at the bank elsewhere",
    /// Accounts of this kind cannot be connected.
    AccountNotSupported: Failed, ContactSupport, NONE
        => "accounts of this kind cannot be connected",
    /// The login failed through no fault of the user. Pluggy does not retry it.
    LoginInterrupted: Reconnect, Reconnect, UPDATE
        => "the login failed at the bank or at Pluggy, which repeats nothing",
    /// The login failed because the user is logged in elsewhere. Pluggy does not retry it.
    LoginBlocked: Reconnect, ActAtBank, UPDATE
        => "the login failed, since the user is logged in at the bank elsewhere",
    /// The login failed for an unknown reason.
    LoginFailed: Reconnect, Reconnect, UPDATE
        => "the login failed, and nothing says why",
    /// The bank is not available.
    BankUnavailable: Retrying, WaitForBank, NONE
        => "the bank is not available",
    /// The last execution failed. Pluggy retries it.
    ExecutionFailed: Retrying, Wait, NONE
        => "the last execution failed, and Pluggy repeats it",
    /// Pluggy has retried the failed execution for hours, and plans no further one.
    GivenUp: Reconnect, Reconnect, UPDATE
        => "the execution has failed for hours, and Pluggy plans no other",
    /// The last execution failed, and the connector is offline.
    ConnectorOffline: Retrying, WaitForBank, NONE
        => "the last execution failed, and the connector is offline",
    /// The user must connect again, but the connector is offline.
    OfflineUntilReconnected: Reconnect, WaitForBank, NONE
        => "the user must connect again, and the connector is offline",
    /// Pluggy does not have the connector any more.
    ConnectorRetired: Reconnect, ConnectAgain, NEW
        => "the connector was retired",
    /// A status that this version does not know.
    UnknownStatus: Unknown, None, NONE
        => "Pluggy gives a status that this version does not know",
}

impl Reason {
    /// Whether the widget must ask for credentials. Pluggy's credentials cannot work, or the bank has locked
    /// the account because of them. The widget would otherwise try them first, and a bank locks an account
    /// after some failed logins.
    pub fn needs_credentials(self) -> bool {
        matches!(
            self,
            Self::AccountLocked
                | Self::CredentialsRefused
                | Self::LoginFailed
                | Self::PasswordExpired
        )
    }

    /// Returns the reason to report while Pluggy refuses connections to the institution. The user is not sent
    /// to the widget without effect, and retries wait for the bank.
    pub(super) fn while_offline(self) -> Self {
        match (self.phase(), self.action()) {
            (Phase::Retrying, ActionKind::Wait | ActionKind::WaitForBank) => Self::ConnectorOffline,
            (Phase::Reconnect, _) => Self::OfflineUntilReconnected,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_sent_into_the_widget_gets_the_token_for_it() {
        for reason in Reason::ALL {
            let expected = match reason.action() {
                ActionKind::AnswerMfa | ActionKind::Reconnect => Some(TokenUse::Update),
                ActionKind::ConnectAgain => Some(TokenUse::NewConnection),
                ActionKind::ActAtBank if reason.phase() == Phase::Reconnect => {
                    Some(TokenUse::Update)
                }
                _ => None,
            };

            assert_eq!(reason.token_use(), expected, "{reason:?}");
        }
    }

    #[test]
    fn nobody_is_sent_into_the_widget_while_the_connector_is_offline() {
        for reason in Reason::ALL {
            let offline = reason.while_offline();

            // An open prompt belongs to an execution that is already running.
            let is_open = offline == Reason::InputAwaited;
            assert!(is_open || offline.token_use().is_none(), "{reason:?}");
        }
    }
}
