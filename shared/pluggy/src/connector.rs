//! Connectors: the institutions that a user can connect to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::tolerant;
use super::{ConnectorCredential, ConnectorHealth};

/// An institution. Only `id` is promised. Source: <https://docs.pluggy.ai/reference/connectors-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// Pluggy's id of the connector. Sandbox connectors have low ids.
    pub id: ConnectorId,
    /// Display name.
    pub name: Option<String>,
    /// URL of the institution's home page.
    pub institution_url: Option<String>,
    /// URL of the institution's logo.
    pub image_url: Option<String>,
    /// Brand color, hexadecimal without `#`.
    pub primary_color: Option<String>,
    /// Type of institution.
    #[serde(rename = "type")]
    pub kind: Option<ConnectorType>,
    /// Its country.
    pub country: Option<CountryCode>,
    /// Credentials that the user must give to connect.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub credentials: Option<Vec<ConnectorCredential>>,
    /// Whether an execution requests a second factor after the login.
    #[serde(rename = "hasMFA")]
    pub has_mfa: Option<bool>,
    /// Products that can be collected from it.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub products: Option<Vec<ProductType>>,
    /// Sub-products in the terms of the Open Finance directory, such as `INVESTMENTS:TREASURE_TITLES`.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub product_coverage: Option<Vec<String>>,
    /// Whether the user logs in on the institution's own page.
    pub oauth: Option<bool>,
    /// URL of that page.
    pub oauth_url: Option<String>,
    /// URL of the page to reset the password.
    pub reset_password_url: Option<String>,
    /// Current health of its connections.
    pub health: Option<ConnectorHealth>,
    /// Whether it belongs to Open Finance.
    pub is_open_finance: Option<bool>,
    /// Whether it is one of Pluggy's test institutions.
    pub is_sandbox: Option<bool>,
    /// Whether payments can be initiated.
    pub supports_payment_initiation: Option<bool>,
    /// Whether payments can be scheduled.
    pub supports_scheduled_payments: Option<bool>,
    /// Whether smart transfers work.
    pub supports_smart_transfers: Option<bool>,
    /// Whether boletos can be managed.
    pub supports_boleto_management: Option<bool>,
    /// Whether automatic Pix works.
    pub supports_automatic_pix: Option<bool>,
    /// When Pluggy created it.
    pub created_at: Option<Timestamp>,
    /// When its description last changed.
    pub updated_at: Option<Timestamp>,
}

impl Connector {
    /// Creates a connector with only its id.
    pub fn new(id: ConnectorId) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }
}

/// Id of a connector. An integer in practice, though the schema says number.
pub type ConnectorId = i64;

open_enum! {
    /// Type of an institution. Source: npm `pluggy-sdk`, `CONNECTOR_TYPES`.
    pub enum ConnectorType {
        /// Bank accounts of individuals.
        PersonalBank = "PERSONAL_BANK",
        /// Bank accounts of companies.
        BusinessBank = "BUSINESS_BANK",
        /// Invoices.
        Invoice = "INVOICE",
        /// Investments.
        Investment = "INVESTMENT",
        /// Telecommunication.
        Telecommunication = "TELECOMMUNICATION",
        /// Platforms of the digital economy.
        DigitalEconomy = "DIGITAL_ECONOMY",
        /// Payment accounts.
        PaymentAccount = "PAYMENT_ACCOUNT",
        /// Anything else.
        Other = "OTHER",
    }
}

open_enum! {
    /// Product that can be collected from an institution. Source: npm `pluggy-sdk`, `PRODUCT_TYPES`, and the
    /// Java client.
    pub enum ProductType {
        /// Accounts and their balances.
        Accounts = "ACCOUNTS",
        /// Credit cards and their bills.
        CreditCards = "CREDIT_CARDS",
        /// Transactions of accounts and cards.
        Transactions = "TRANSACTIONS",
        /// Data for payments.
        PaymentData = "PAYMENT_DATA",
        /// Investments.
        Investments = "INVESTMENTS",
        /// Transactions of investments.
        InvestmentsTransactions = "INVESTMENTS_TRANSACTIONS",
        /// Identity of the user.
        Identity = "IDENTITY",
        /// Brokerage notes.
        BrokerageNote = "BROKERAGE_NOTE",
        /// Transfer of securities.
        MoveSecurity = "MOVE_SECURITY",
        /// Loans.
        Loans = "LOANS",
        /// Account statements.
        AccountStatements = "ACCOUNT_STATEMENTS",
        /// Foreign exchange.
        ExchangeOperations = "EXCHANGE_OPERATIONS",
    }
}

open_enum! {
    /// A country in which Pluggy has institutions, ISO 3166-1 alpha-2.
    pub enum CountryCode {
        /// Argentina.
        Argentina = "AR",
        /// Brazil.
        Brazil = "BR",
        /// Colombia.
        Colombia = "CO",
        /// Mexico.
        Mexico = "MX",
    }
}
