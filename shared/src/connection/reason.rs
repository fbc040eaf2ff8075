//! Why a connection is in its phase, for the people who operate this.

/// What decided about a connection's phase and next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Pluggy is at work.
    ExecutionRuns,
    /// What the bank asks for can still be given.
    PromptOpen,
    /// What the bank asked for was not given in time.
    PromptExpired,
    /// The Open Finance consent has ended.
    ConsentEnded,
    /// Another holder must approve at the bank.
    ResourcesPending,
    /// The last execution did not collect every product.
    ProductsMissing,
    /// The last execution collected everything.
    Collected,
    /// The user was asked to authorize a device less than a day ago.
    AuthorizationPending,
    /// The user was asked to authorize a device more than a day ago.
    AuthorizationOverdue,
    /// The user did not authorize the access.
    AuthorizationNotGranted,
    /// The user took the authorization back.
    AuthorizationRevoked,
    /// The bank refuses the credentials.
    CredentialsRefused,
    /// The bank has locked the account, or wants something done there.
    AccountNeedsAction,
    /// The user is logged in elsewhere.
    AlreadyLoggedIn,
    /// Accounts of this kind cannot be connected.
    AccountNotSupported,
    /// The item's status says that the login failed; nothing says why.
    LoginFailed,
    /// Pluggy has repeated the failed execution for hours, and plans no more.
    GivenUp,
    /// The bank is not available.
    BankUnavailable,
    /// The connector is offline.
    ConnectorOffline,
    /// The last execution failed; Pluggy repeats it.
    ExecutionFailed,
    /// A status that this version does not know.
    UnknownStatus,
}

impl Reason {
    /// The reason as a clause in English.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExecutionRuns => "an execution is running",
            Self::PromptOpen => "the bank asks for something that can still be given",
            Self::PromptExpired => "what the bank asked for was not given in time",
            Self::ConsentEnded => "the consent has ended",
            Self::ResourcesPending => "another holder must approve a resource at the bank",
            Self::ProductsMissing => "the last execution did not collect every product",
            Self::Collected => "the last execution collected everything",
            Self::AuthorizationPending => {
                "a device waits for its authorization, for less than a day"
            }
            Self::AuthorizationOverdue => "a device was not authorized within a day",
            Self::AuthorizationNotGranted => "the user did not authorize the access",
            Self::AuthorizationRevoked => "the user took the authorization back",
            Self::CredentialsRefused => "the bank refuses the credentials",
            Self::AccountNeedsAction => {
                "the bank has locked the account, or wants something done there"
            }
            Self::AlreadyLoggedIn => "the user is logged in at the bank elsewhere",
            Self::AccountNotSupported => "accounts of this kind cannot be connected",
            Self::LoginFailed => "the login failed, and nothing says why",
            Self::GivenUp => "the execution has failed for hours, and Pluggy plans no other",
            Self::BankUnavailable => "the bank is not available",
            Self::ConnectorOffline => "the connector is offline",
            Self::ExecutionFailed => "the last execution failed, and Pluggy repeats it",
            Self::UnknownStatus => "Pluggy gives a status that this version does not know",
        }
    }
}
