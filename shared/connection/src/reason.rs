//! Reasons for a connection's phase: the one table from a reason to its code, its phase and the next action.

use super::{ActionKind, Phase, TokenUse};

/// Declares [`Reason`] with its table: `reason = code: phase, action, token => meaning`.
macro_rules! reasons {
    ($($(#[$doc:meta])+ $name:ident = $code:literal: $phase:ident, $action:ident, $token:expr => $meaning:literal,)+) => {
        /// Reason for a connection's phase and next action. [`Assessment`](crate::Assessment) has the action
        /// and the token use of an item, which differ from the reason's for some connectors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $( $(#[$doc])+ $name, )+ }

        impl Reason {
            /// All reasons.
            pub const ALL: &[Self] = &[$( Self::$name, )+];

            /// Returns the code, which is part of the API. A code is never changed or used again.
            pub fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

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
            pub(super) fn token_use(self) -> Option<TokenUse> {
                match self { $( Self::$name => $token, )+ }
            }

            /// Returns the meaning as an English clause, for developers and operators.
            pub fn meaning(self) -> &'static str {
                match self { $( Self::$name => $meaning, )+ }
            }
        }
    };
}

const NONE: Option<TokenUse> = None;
const UPDATE: Option<TokenUse> = Some(TokenUse::Update);
const NEW: Option<TokenUse> = Some(TokenUse::NewConnection);

reasons! {
    /// No fetch of the item has succeeded yet.
    NotFetched = "not_fetched": Connecting, Wait, NONE
        => "no fetch of the item has succeeded yet",
    /// The first execution is running.
    FirstExecution = "first_execution": Connecting, Wait, NONE
        => "the first execution is running",
    /// A later execution is running.
    ExecutionRunning = "execution_running": Updating, Wait, NONE
        => "a later execution is running, and older data is available",
    /// The user can still give the value that the bank requests.
    MfaRequired = "mfa_required": WaitingUser, AnswerMfa, UPDATE
        => "the bank requests a value that the user can still give",
    /// The user did not give the value in time.
    MfaExpired = "mfa_expired": Reconnect, Reconnect, UPDATE
        => "the user did not give the requested value in time",
    /// The bank refuses the value.
    InvalidMfa = "invalid_mfa": Reconnect, Reconnect, UPDATE
        => "the bank refuses the value that the user gave",
    /// The user can still act at the bank.
    BankActionRequired = "bank_action_required": WaitingUser, ActAtBank, NONE
        => "the bank waits for an action that the user can still take there",
    /// The user did not act at the bank in time.
    BankActionExpired = "bank_action_expired": Reconnect, Reconnect, UPDATE
        => "the user did not act at the bank in time",
    /// The user can still log in at the bank.
    OpenFinanceLogin = "open_finance_login": WaitingUser, ActAtBank, NONE
        => "the user can still log in at the bank and authorize the access",
    /// The user did not log in at the bank in time.
    OpenFinanceLoginExpired = "open_finance_login_expired": Reconnect, Reconnect, UPDATE
        => "the user did not authorize the access at the bank in time",
    /// The user has been requested to authorize a device for less than a day.
    DeviceAuthorizationPending = "device_authorization_pending": WaitingUser, AuthorizeDevice, NONE
        => "the user has to authorize a device, for less than a day",
    /// The user has been requested to authorize a device for a day or longer.
    DeviceAuthorizationOverdue = "device_authorization_overdue": Reconnect, Reconnect, UPDATE
        => "the user did not authorize a device within a day",
    /// The user did not authorize the access.
    AuthorizationDenied = "authorization_denied": Reconnect, Reconnect, UPDATE
        => "the user did not authorize the access",
    /// The user revoked the authorization at the bank.
    AuthorizationRevoked = "authorization_revoked": Reconnect, ConnectAgain, NEW
        => "the user revoked the authorization at the bank",
    /// The Open Finance consent has expired.
    ConsentExpired = "consent_expired": Reconnect, ConnectAgain, NEW
        => "the consent has expired",
    /// The last execution collected everything.
    UpToDate = "up_to_date": Ready, None, NONE
        => "the last execution collected everything",
    /// Everything was collected, but the auto-sync that Pluggy planned has not run.
    ExecutionOverdue = "execution_overdue": Ready, Wait, NONE
        => "everything was collected, and the next planned execution is overdue",
    /// Everything was collected more than a week ago, and no auto-sync is planned.
    DataStale = "data_stale": Ready, Update, UPDATE
        => "everything was collected more than seven days ago, and Pluggy plans no further execution",
    /// The data is stale, but the connector is offline.
    DataStaleConnectorOffline = "data_stale_connector_offline": Ready, WaitForBank, NONE
        => "the data is stale, and the connector is offline",
    /// The last execution did not collect every product.
    PartiallyUpdated = "partially_updated": ReadyPartial, None, NONE
        => "the last execution did not collect every product",
    /// Another holder must approve at the bank.
    CoHolderApprovalPending = "co_holder_approval_pending": ReadyPartial, ActAtBank, NONE
        => "another holder of the account must approve a part of the access at the bank",
    /// The bank refuses the credentials.
    InvalidCredentials = "invalid_credentials": Reconnect, Reconnect, UPDATE
        => "the bank refuses the credentials",
    /// The bank has locked the account.
    AccountLocked = "account_locked": Reconnect, ActAtBank, UPDATE
        => "the bank has locked the account",
    /// The bank requires a new password.
    PasswordResetRequired = "password_reset_required": Reconnect, ActAtBank, UPDATE
        => "the bank requires a new password",
    /// The bank requires another action of the user.
    AccountActionRequired = "account_action_required": Reconnect, ActAtBank, UPDATE
        => "the bank requires an action of the user, such as accepting terms",
    /// The user is logged in elsewhere. Pluggy retries the execution.
    SessionConflict = "session_conflict": Retrying, ActAtBank, NONE
        => "the user is logged in at the bank elsewhere, and Pluggy retries",
    /// The login failed because the user is logged in elsewhere. Pluggy does not retry it.
    LoginSessionConflict = "login_session_conflict": Reconnect, ActAtBank, UPDATE
        => "the login failed because the user is logged in at the bank elsewhere, and Pluggy does not retry",
    /// The login failed through no fault of the user. Pluggy does not retry it.
    LoginInterrupted = "login_interrupted": Reconnect, Reconnect, UPDATE
        => "the login failed at the bank or at Pluggy, and Pluggy does not retry",
    /// The login failed for an unknown reason.
    LoginFailed = "login_failed": Reconnect, Reconnect, UPDATE
        => "the login failed for an unknown reason",
    /// Accounts of this kind cannot be connected.
    AccountNotSupported = "account_not_supported": Failed, ContactSupport, NONE
        => "accounts of this kind cannot be connected",
    /// The bank is not available. Pluggy retries the execution.
    BankUnavailable = "bank_unavailable": Retrying, WaitForBank, NONE
        => "the bank is not available, and Pluggy retries",
    /// The last execution failed. Pluggy retries it.
    Retrying = "retrying": Retrying, Wait, NONE
        => "the last execution failed, and Pluggy retries",
    /// Pluggy has retried the failed execution for hours, and plans no further one.
    RetriesExhausted = "retries_exhausted": Reconnect, Reconnect, UPDATE
        => "the execution has failed for hours, and Pluggy plans no further one",
    /// The last execution failed, and the connector is offline.
    ConnectorOffline = "connector_offline": Retrying, WaitForBank, NONE
        => "the last execution failed, and the connector is offline",
    /// The user must connect again, but the connector is offline.
    ReconnectConnectorOffline = "reconnect_connector_offline": Reconnect, WaitForBank, NONE
        => "the user must connect again, and the connector is offline",
    /// Pluggy does not have the connector any more.
    ConnectorRetired = "connector_retired": Reconnect, ConnectAgain, NEW
        => "Pluggy does not have the connector any more",
    /// A status that this version does not know.
    Unknown = "unknown": Unknown, None, NONE
        => "Pluggy returns a status that this version does not know",
}

impl Reason {
    /// Whether the widget must ask for credentials. Pluggy's credentials cannot work, or the bank has locked
    /// the account because of them. The widget would otherwise try them first, and a bank locks an account
    /// after some failed logins.
    pub fn needs_credentials(self) -> bool {
        matches!(
            self,
            Self::AccountLocked
                | Self::InvalidCredentials
                | Self::LoginFailed
                | Self::PasswordResetRequired
        )
    }

    /// Returns the reason to report while Pluggy refuses connections to the institution. The user is not sent
    /// to the widget without effect, and retries wait for the bank.
    pub(super) fn while_offline(self) -> Self {
        match (self.phase(), self.action()) {
            (Phase::Retrying, ActionKind::Wait | ActionKind::WaitForBank) => Self::ConnectorOffline,
            (Phase::Reconnect, _) => Self::ReconnectConnectorOffline,
            (_, ActionKind::Update) => Self::DataStaleConnectorOffline,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_reason_has_a_code_of_its_own_in_snake_case() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();

        assert_eq!(codes.len(), Reason::ALL.len());
        for code in codes {
            let is_word =
                |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase());
            assert!(code.split('_').all(is_word), "{code}");
        }
    }

    #[test]
    fn the_codes_of_the_api_do_not_change() {
        let codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();

        assert_eq!(
            codes,
            [
                "not_fetched",
                "first_execution",
                "execution_running",
                "mfa_required",
                "mfa_expired",
                "invalid_mfa",
                "bank_action_required",
                "bank_action_expired",
                "open_finance_login",
                "open_finance_login_expired",
                "device_authorization_pending",
                "device_authorization_overdue",
                "authorization_denied",
                "authorization_revoked",
                "consent_expired",
                "up_to_date",
                "execution_overdue",
                "data_stale",
                "data_stale_connector_offline",
                "partially_updated",
                "co_holder_approval_pending",
                "invalid_credentials",
                "account_locked",
                "password_reset_required",
                "account_action_required",
                "session_conflict",
                "login_session_conflict",
                "login_interrupted",
                "login_failed",
                "account_not_supported",
                "bank_unavailable",
                "retrying",
                "retries_exhausted",
                "connector_offline",
                "reconnect_connector_offline",
                "connector_retired",
                "unknown",
            ]
        );
    }

    #[test]
    fn an_action_in_the_widget_has_the_token_that_it_needs() {
        for reason in Reason::ALL {
            let expected = match reason.action() {
                ActionKind::AnswerMfa | ActionKind::Reconnect | ActionKind::Update => {
                    Some(TokenUse::Update)
                }
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
            let is_open = offline == Reason::MfaRequired;
            assert!(is_open || offline.token_use().is_none(), "{reason:?}");
        }
    }
}
