//! The caller of a request: an API key may do everything, a connect token very little.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::connection::{Connection, Trigger};
use crate::database::Database;
use crate::error::Error;
use crate::item_options::ItemOptions;

const API_KEY_LIFETIME: Duration = Duration::from_hours(2);
const CONNECT_TOKEN_LIFETIME: Duration = Duration::from_mins(30);

/// The caller that the header `X-API-KEY` identifies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Caller {
    /// The application itself.
    ApiKey { epoch: u64 },
    /// A user's browser.
    ConnectToken { id: Uuid, item_id: Option<Uuid> },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    client_id: Uuid,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    caller: Caller,
}

impl Caller {
    /// Returns the JWT of this caller.
    pub(crate) fn sign(self, app: &App) -> Result<String, Error> {
        let lifetime = match self {
            Self::ApiKey { .. } => API_KEY_LIFETIME,
            Self::ConnectToken { .. } => CONNECT_TOKEN_LIFETIME,
        };
        let now = app.clock.now();
        let claims = Claims {
            client_id: app.settings.client_id,
            iat: now.as_second(),
            exp: now.plus(lifetime).as_second(),
            caller: self,
        };
        Ok(app.pluggy_key.sign(&claims)?)
    }

    pub(crate) fn trigger(&self) -> Trigger {
        match self {
            Self::ApiKey { .. } => Trigger::Client,
            Self::ConnectToken { .. } => Trigger::User,
        }
    }

    /// Returns the connect token's id, if the caller has one.
    pub(crate) fn token_id(&self) -> Option<Uuid> {
        match self {
            Self::ApiKey { .. } => None,
            Self::ConnectToken { id, .. } => Some(*id),
        }
    }

    /// Returns the options that were requested with the connect token.
    pub(crate) fn options(&self, database: &Database) -> ItemOptions {
        self.token_id()
            .and_then(|id| database.token_options.get(&id).cloned())
            .unwrap_or_default()
    }

    /// Returns whether the caller may create items. A token made for an update may not.
    pub(crate) fn may_create(&self) -> bool {
        match self {
            Self::ApiKey { .. } => true,
            Self::ConnectToken { item_id, .. } => item_id.is_none(),
        }
    }

    /// Returns whether the caller may see and update an item.
    pub(crate) fn may_use(&self, connection: &Connection) -> bool {
        match self {
            Self::ApiKey { .. } => true,
            Self::ConnectToken { id, item_id } => {
                connection.created_with == Some(*id) || *item_id == Some(connection.item.id)
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        parts
            .headers
            .get("x-api-key")
            .and_then(|value| value.to_str().ok())
            .and_then(|token| app.pluggy_key.verify::<Claims>(token))
            .map(|claims| claims.caller)
            .filter(|caller| match caller {
                Self::ApiKey { epoch } => *epoch == app.database().key_epoch,
                Self::ConnectToken { .. } => true,
            })
            .ok_or_else(Error::not_authenticated)
    }
}

/// A caller with an API key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiKey;

impl FromRequestParts<Arc<App>> for ApiKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        match Caller::from_request_parts(parts, app).await? {
            Caller::ApiKey { .. } => Ok(Self),
            Caller::ConnectToken { .. } => Err(out_of_scope()),
        }
    }
}

/// Returns the error for a request outside a connect token's scope.
pub(crate) fn out_of_scope() -> Error {
    Error::plain(StatusCode::FORBIDDEN, "Forbidden")
}
