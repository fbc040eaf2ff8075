//! Pluggy's API: the wire types, open to values that do not exist yet, and a client for the calls
//! that we make.
//!
//! Source of all of it: <https://docs.pluggy.ai>.

mod api;
mod api_keys;
mod auth;
mod client;
mod config;
mod connect_options;
mod connect_token;
mod connector;
mod error;
mod event;
mod id;
mod item;
mod jwt;
mod open_enum;
mod status;
mod tolerant;
mod webhook;

pub use api::{Api, BaseUrl};
pub use api_keys::ApiKeys;
pub use auth::{ApiKey, AuthRequest, AuthResponse};
pub use client::Client;
pub use config::Config;
pub use connect_options::{ConnectOptions, Theme};
pub use connect_token::{
    ConnectToken, ConnectTokenOptions, ConnectTokenRequest, ConnectTokenResponse,
};
pub use connector::{
    Connector, ConnectorCredential, ConnectorHealth, CredentialOption, CredentialType, HealthStatus,
};
pub use error::{Error, ErrorBody, ErrorDetail};
pub use event::{Event, EventError, EventKind, Subject, TriggeredBy};
pub use id::{ClientId, ClientUserId, InvalidId, ItemId, WebhookId};
pub use item::{Item, ItemError, ProductStatus, StatusDetail, UserAction, UserActionType, Warning};
pub use jwt::expiry;
pub use status::{ExecutionStatus, ItemStatus};
pub use webhook::{CreateWebhookRequest, Page, UpdateWebhookRequest, Webhook};
