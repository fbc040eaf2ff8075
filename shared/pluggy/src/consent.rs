//! Consents of users, and their duration.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{ItemId, ProductType, tolerant};

/// A consent of Open Finance. After it ends, the item's data endpoints return empty data, not an error.
/// Only `id` is required.
///
/// Source: <https://docs.pluggy.ai/reference/consents-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// The consent.
    pub id: String,
    /// The item that it belongs to.
    pub item_id: Option<ItemId>,
    /// Products that may be collected.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub products: Option<Vec<ProductType>>,
    /// Permissions that the user granted at the bank.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub open_finance_permissions_granted: Option<Vec<Permission>>,
    /// When the user gave it.
    pub created_at: Option<Timestamp>,
    /// When it ends; null if it has no known end.
    pub expires_at: Option<Timestamp>,
    /// When the user revoked it; null if not revoked.
    pub revoked_at: Option<Timestamp>,
}

open_enum! {
    /// Permission that a user can grant at a bank.
    pub enum Permission {
        /// All registration data of the user.
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
