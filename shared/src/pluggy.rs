//! Pluggy's API: the wire types, open to values that do not exist yet, and a client for the calls
//! that a backend makes.
//!
//! Source of all of it: <https://docs.pluggy.ai>.

mod api;
mod api_keys;
mod auth;
mod base_url;
mod call;
mod client;
mod config;
mod connect_callback;
mod connect_options;
mod connect_token;
mod connector;
mod connector_credential;
mod connector_filter;
mod connector_health;
mod consent;
mod error;
mod event;
mod event_kind;
mod id;
mod item;
mod item_page;
mod item_request;
mod jwt;
mod open_enum;
mod page;
mod payload;
mod status;
mod subject;
mod tolerant;
mod webhook;

pub use api::Api;
pub use api_keys::ApiKeys;
pub use auth::{ApiKey, AuthRequest, AuthResponse};
pub use base_url::BaseUrl;
pub use client::Client;
pub use config::Config;
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
pub use connector_filter::ConnectorFilter;
pub use connector_health::{
    ConnectorHealth, HealthDetails, HealthStage, HealthStatus, Incident, IncidentKind,
    IncidentProduct, IncidentSeverity, IncidentState, IncidentType,
};
pub use consent::{Consent, Permission};
pub use error::{Error, ErrorBody, ErrorDetail};
pub use event::{Event, EventData, EventError, TriggeredBy};
pub use event_kind::EventKind;
pub use id::{ClientId, ClientUserId, InvalidId, ItemId, WebhookId};
pub use item::{Item, ItemError, ProductStatus, StatusDetail, UserAction, UserActionType, Warning};
pub use item_page::{InvalidCursor, ItemCursor, ItemPage, ListedItem};
pub use item_request::{Parameters, UpdateItemRequest};
pub use jwt::expiry;
pub use page::{Deleted, Page};
pub use payload::Payload;
pub use status::{ExecutionStatus, ItemStatus};
pub use subject::Subject;
pub use webhook::{CreateWebhookRequest, UpdateWebhookRequest, Webhook};
