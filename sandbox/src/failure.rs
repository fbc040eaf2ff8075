use crate::item::Status;

/// A failure of an execution. The code is both the item's `executionStatus` and its `error.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) provider_message: Option<&'static str>,
    /// The input that the user did not give in time; only in the event.
    pub(crate) parameter: Option<&'static str>,
    status: Status,
}

impl Failure {
    // The documentation does not say which of the two statuses ACCOUNT_LOCKED and ACCOUNT_CREDENTIALS_RESET have.
    pub(crate) const ACCOUNT_CREDENTIALS_RESET: Self = Self::login(
        "ACCOUNT_CREDENTIALS_RESET",
        "The credentials must be reset at the institution",
    );
    pub(crate) const ACCOUNT_LOCKED: Self =
        Self::login("ACCOUNT_LOCKED", "The account is locked at the institution");
    pub(crate) const ACCOUNT_NEEDS_ACTION: Self = Self::retryable(
        "ACCOUNT_NEEDS_ACTION",
        "The account needs an action of the user at the institution",
    );
    pub(crate) const ALREADY_LOGGED_IN: Self =
        Self::retryable("ALREADY_LOGGED_IN", "The user is logged in elsewhere");
    pub(crate) const CONNECTION_ERROR: Self = Self::retryable(
        "CONNECTION_ERROR",
        "The connection to the institution failed",
    );
    pub(crate) const INVALID_CREDENTIALS: Self =
        Self::login("INVALID_CREDENTIALS", "Invalid credentials");
    pub(crate) const INVALID_CREDENTIALS_MFA: Self = Self::retryable(
        "INVALID_CREDENTIALS_MFA",
        "The requested input is not valid",
    );
    pub(crate) const SITE_NOT_AVAILABLE: Self =
        Self::retryable("SITE_NOT_AVAILABLE", "The institution is not available");
    pub(crate) const UNEXPECTED_ERROR: Self =
        Self::retryable("UNEXPECTED_ERROR", "Unexpected error");
    pub(crate) const USER_AUTHORIZATION_NOT_GRANTED: Self = Self::login(
        "USER_AUTHORIZATION_NOT_GRANTED",
        "The user did not grant access",
    );
    pub(crate) const USER_AUTHORIZATION_PENDING: Self = Self::retryable(
        "USER_AUTHORIZATION_PENDING",
        "User authorization is pending",
    );
    pub(crate) const USER_INPUT_TIMEOUT: Self =
        Self::retryable("USER_INPUT_TIMEOUT", "Requested input expired");
    pub(crate) const USER_NOT_SUPPORTED: Self =
        Self::retryable("USER_NOT_SUPPORTED", "The type of account is not supported");

    /// Returns a failure that only new credentials, or the user at the bank, can resolve.
    const fn login(code: &'static str, message: &'static str) -> Self {
        Self {
            code,
            message,
            provider_message: None,
            parameter: None,
            status: Status::LoginError,
        }
    }

    /// Returns a failure after the credentials were accepted, or before they were verified.
    const fn retryable(code: &'static str, message: &'static str) -> Self {
        Self {
            status: Status::Outdated,
            ..Self::login(code, message)
        }
    }

    pub(crate) const fn with_message(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    pub(crate) const fn with_provider_message(self, provider_message: &'static str) -> Self {
        Self {
            provider_message: Some(provider_message),
            ..self
        }
    }

    pub(crate) const fn of_parameter(self, parameter: &'static str) -> Self {
        Self {
            parameter: Some(parameter),
            ..self
        }
    }

    /// Returns the item's status after the failure.
    pub(crate) const fn status(self) -> Status {
        self.status
    }
}
