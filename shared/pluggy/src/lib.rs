//! Types of Pluggy's API. They accept values that do not exist yet.
//!
//! Source of all types: <https://docs.pluggy.ai>.

mod account;
mod amount;
mod auth;
mod body_repair;
mod connect_callback;
mod connect_options;
mod connect_token;
mod connector;
mod connector_credential;
mod connector_health;
mod consent;
mod cursor;
mod error_body;
mod event;
mod event_kind;
mod id;
mod item;
mod item_page;
mod item_request;
mod observed;
mod open_enum;
mod page;
mod payload;
mod status;
mod subject;
mod tolerant;
mod transaction;
mod transaction_filter;
mod transaction_page;
mod webhook;

pub use account::{Account, AccountSubtype, AccountType, BankData, CreditData};
pub use amount::Amount;
pub use auth::{ApiKey, AuthRequest, AuthResponse};
pub use body_repair::{parse, parse_value, without_lone_surrogates};
pub use connect_callback::{
    ConnectError, ConnectEvent, ConnectEventKind, ConnectEventMetadata, ConnectSuccess,
    LegacyConnectEvent,
};
pub use connect_options::{ConnectOptions, Theme, WidgetLanguage};
pub use connect_token::{
    ConnectToken, ConnectTokenOptions, ConnectTokenRequest, ConnectTokenResponse,
};
pub use connector::{Connector, ConnectorId, ConnectorType, CountryCode, ProductType};
pub use connector_credential::{ConnectorCredential, CredentialOption, CredentialType};
pub use connector_health::{
    ConnectorHealth, HealthDetails, HealthStage, HealthStatus, Incident, IncidentKind,
    IncidentProduct, IncidentSeverity, IncidentState, IncidentType,
};
pub use consent::{Consent, Permission};
pub use cursor::InvalidCursor;
pub use error_body::{ErrorBody, ErrorDetail};
pub use event::{Event, EventData, EventError, TriggeredBy};
pub use event_kind::EventKind;
pub use id::{AccountId, ClientId, ClientUserId, InvalidId, ItemId, TransactionId, WebhookId};
pub use item::{Item, ItemError, ProductStatus, StatusDetail, UserAction, UserActionType, Warning};
pub use item_page::{ItemCursor, ItemPage, ListedItem};
pub use item_request::{Parameters, UpdateItemRequest};
pub use observed::{OBSERVED, Observed};
pub use page::{Deleted, Page};
pub use payload::Payload;
pub use status::{ExecutionStatus, ItemStatus};
pub use subject::Subject;
pub use transaction::{Transaction, TransactionStatus, TransactionType};
pub use transaction_filter::{Since, TransactionFilter};
pub use transaction_page::{TransactionCursor, TransactionPage};
pub use webhook::{CreateWebhookRequest, UpdateWebhookRequest, Webhook};

/// The code of the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
