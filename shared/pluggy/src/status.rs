//! The two states of an item: its status, and the status of its current or last execution.

use super::open_enum::open_enum;

open_enum! {
    /// State of an item. Source: <https://docs.pluggy.ai/docs/item-lifecycle>.
    pub enum ItemStatus {
        /// The item exists, and no execution has started. Only older sources have it.
        Created = "CREATED",
        /// An execution is running.
        Updating = "UPDATING",
        /// Paused until the user gives an MFA value.
        WaitingUserInput = "WAITING_USER_INPUT",
        /// Paused until the user acts at the bank.
        WaitingUserAction = "WAITING_USER_ACTION",
        /// Collected data is being stored.
        Merging = "MERGING",
        /// The last execution ended well or partly well.
        Updated = "UPDATED",
        /// Credentials were accepted, but the last execution failed. It can be repeated.
        Outdated = "OUTDATED",
        /// The login failed. Pluggy does not update the item until the user updates the connection.
        LoginError = "LOGIN_ERROR",
    }
}

impl ItemStatus {
    /// Whether the item moves to another status by itself.
    pub fn is_moving(&self) -> bool {
        matches!(self, Self::Created | Self::Updating | Self::Merging)
    }
}

open_enum! {
    /// Status of the current or last execution of an item.
    ///
    /// ```
    /// use pluggy::ExecutionStatus;
    ///
    /// let of_the_future: ExecutionStatus = serde_json::from_str(r#""PENSIONS_IN_PROGRESS""#)?;
    /// assert!(of_the_future.is_running());
    /// assert_eq!(of_the_future.as_str(), "PENSIONS_IN_PROGRESS");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: <https://docs.pluggy.ai/docs/errors-validations>.
    pub enum ExecutionStatus {
        /// The execution is being created.
        Creating = "CREATING",
        /// The execution could not be created.
        CreateError = "CREATE_ERROR",
        /// The execution exists and has not started.
        Created = "CREATED",
        /// Credentials are being checked.
        LoginInProgress = "LOGIN_IN_PROGRESS",
        /// Paused until the user gives an MFA value.
        WaitingUserInput = "WAITING_USER_INPUT",
        /// Paused until the user acts at the bank.
        WaitingUserAction = "WAITING_USER_ACTION",
        /// The MFA value is being checked.
        LoginMfaInProgress = "LOGIN_MFA_IN_PROGRESS",
        /// Accounts are being collected.
        AccountsInProgress = "ACCOUNTS_IN_PROGRESS",
        /// Credit cards are being collected.
        CreditCardsInProgress = "CREDITCARDS_IN_PROGRESS",
        /// Transactions are being collected.
        TransactionsInProgress = "TRANSACTIONS_IN_PROGRESS",
        /// Payment data is being collected.
        PaymentDataInProgress = "PAYMENT_DATA_IN_PROGRESS",
        /// Investments are being collected.
        InvestmentsInProgress = "INVESTMENTS_IN_PROGRESS",
        /// Investment transactions are being collected.
        InvestmentsTransactionsInProgress = "INVESTMENTS_TRANSACTIONS_IN_PROGRESS",
        /// Identity is being collected.
        IdentityInProgress = "IDENTITY_IN_PROGRESS",
        /// Loans are being collected.
        LoansInProgress = "LOANS_IN_PROGRESS",
        /// Account statements are being collected.
        AccountStatementsInProgress = "ACCOUNT_STATEMENTS_IN_PROGRESS",
        /// The portfolio of investments is being collected; only npm `pluggy-js` has it.
        PortfolioInProgress = "PORTFOLIO_IN_PROGRESS",
        /// Offers of investments are being collected; only npm `pluggy-js` has it.
        OpportunitiesInProgress = "OPPORTUNITIES_IN_PROGRESS",
        /// Collected data is being stored.
        Merging = "MERGING",
        /// Collected and stored. The final state follows.
        Finished = "FINISHED",
        /// Ended well.
        Success = "SUCCESS",
        /// Ended well for some products; see `statusDetail`.
        PartialSuccess = "PARTIAL_SUCCESS",
        /// Failed on Pluggy's side.
        Error = "ERROR",
        /// Storing failed on Pluggy's side.
        MergeError = "MERGE_ERROR",
        /// Failed unexpectedly on Pluggy's side.
        UnexpectedError = "UNEXPECTED_ERROR",
        /// The bank refused the credentials.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// The bank refused the MFA value.
        InvalidCredentialsMfa = "INVALID_CREDENTIALS_MFA",
        /// The user is logged in at the bank elsewhere.
        AlreadyLoggedIn = "ALREADY_LOGGED_IN",
        /// The bank is not available.
        SiteNotAvailable = "SITE_NOT_AVAILABLE",
        /// Pluggy could not connect to the bank.
        ConnectionError = "CONNECTION_ERROR",
        /// The bank locked the account.
        AccountLocked = "ACCOUNT_LOCKED",
        /// The user must do something at the bank, such as accept terms.
        AccountNeedsAction = "ACCOUNT_NEEDS_ACTION",
        /// The user must set a new password at the bank.
        AccountCredentialsReset = "ACCOUNT_CREDENTIALS_RESET",
        /// The kind of account is not supported.
        UserNotSupported = "USER_NOT_SUPPORTED",
        /// The MFA prompt expired without a value.
        UserInputTimeout = "USER_INPUT_TIMEOUT",
        /// The user must still authorize the device at the bank. Pluggy then continues by itself.
        UserAuthorizationPending = "USER_AUTHORIZATION_PENDING",
        /// The user did not grant access.
        UserAuthorizationNotGranted = "USER_AUTHORIZATION_NOT_GRANTED",
        /// The user revoked the consent at the bank.
        UserAuthorizationRevoked = "USER_AUTHORIZATION_REVOKED",
    }
}

impl ExecutionStatus {
    /// Whether the execution is running. Unknown steps count if their name ends like a running step.
    pub fn is_running(&self) -> bool {
        matches!(
            self,
            Self::Creating | Self::Created | Self::Merging | Self::Finished
        ) || self.as_str().ends_with("_IN_PROGRESS")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_values_round_trip() {
        for wire in ["UPDATED", "LOGIN_ERROR", "HIBERNATING", ""] {
            let json = serde_json::json!(wire);

            let status: ItemStatus = serde_json::from_value(json.clone()).unwrap();

            assert_eq!(serde_json::to_value(&status).unwrap(), json);
        }
    }

    #[test]
    fn a_step_of_the_future_counts_as_running() {
        assert!(ExecutionStatus::from("CARBON_FOOTPRINT_IN_PROGRESS".to_owned()).is_running());
        assert!(!ExecutionStatus::UserAuthorizationPending.is_running());
    }
}
