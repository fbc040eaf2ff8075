//! Consents: what a user has allowed, until when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{ItemId, ProductType};

/// A consent of Open Finance. When it ends, the item's data endpoints answer with empty data, not
/// with an error. Source: <https://docs.pluggy.ai/reference/consents-retrieve>.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// The consent.
    pub id: String,
    /// The item that it belongs to.
    pub item_id: ItemId,
    /// What may be collected.
    pub products: Vec<ProductType>,
    /// What the user has allowed at the bank.
    pub open_finance_permissions_granted: Option<Vec<Permission>>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it ends; null if no end is known.
    pub expires_at: Option<Timestamp>,
    /// When the user took it back; null if not.
    pub revoked_at: Option<Timestamp>,
}

open_enum! {
    /// What a user can allow at a bank.
    pub enum Permission {
        /// Everything about who the user is.
        RegistrationAll = "REGISTRATION_ALL",
        /// Identification.
        RegistrationIdentifications = "REGISTRATION_IDENTIFICATIONS",
        /// Qualification.
        RegistrationQualifications = "REGISTRATION_QUALIFICATIONS",
        /// Financial relations.
        RegistrationFinancialRelations = "REGISTRATION_FINANCIAL_RELATIONS",
        /// Everything about accounts.
        AccountsAll = "ACCOUNTS_ALL",
        /// The list of accounts.
        AccountsList = "ACCOUNTS_LIST",
        /// Balances of accounts.
        AccountsBalances = "ACCOUNTS_BALANCES",
        /// Limits of accounts.
        AccountsLimits = "ACCOUNTS_LIMITS",
        /// Transactions of accounts.
        AccountsTransactions = "ACCOUNTS_TRANSACTIONS",
        /// Everything about credit cards.
        CreditCardsAll = "CREDIT_CARDS_ALL",
        /// The list of credit cards.
        CreditCardsList = "CREDIT_CARDS_LIST",
        /// Limits of credit cards.
        CreditCardsLimits = "CREDIT_CARDS_LIMITS",
        /// Transactions of credit cards.
        CreditCardsTransactions = "CREDIT_CARDS_TRANSACTIONS",
        /// Bills of credit cards.
        CreditCardsBills = "CREDIT_CARDS_BILLS",
        /// Everything about loans.
        CreditOperationsAll = "CREDIT_OPERATIONS_ALL",
        /// Everything about investments.
        InvestmentsAll = "INVESTMENTS_ALL",
        /// Everything about foreign exchange.
        ExchangesAll = "EXCHANGES_ALL",
    }
}
