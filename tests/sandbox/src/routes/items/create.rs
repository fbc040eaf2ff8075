use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{check_webhook_url, view};
use crate::app::App;
use crate::body;
use crate::caller::{Caller, out_of_scope};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::connector::{Connector, HealthStatus, Parameters};
use crate::error::Error;
use crate::item::{Item, Status};
use crate::routes::connectors;
use crate::world::{TokenOptions, World};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateItem {
    connector_id: u32,
    #[serde(default)]
    parameters: Value,
    webhook_url: Option<String>,
    client_user_id: Option<String>,
    oauth_redirect_uri: Option<String>,
    products: Option<Vec<String>>,
    #[serde(default)]
    avoid_duplicates: bool,
}

pub(super) async fn create(
    caller: Caller,
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    if !caller.may_create() {
        return Err(out_of_scope());
    }
    let request: CreateItem = body::parse(&body)?;
    let parameters = body::parameters(&request.parameters)?;

    let mut world = app.world();
    let connector = world
        .connectors
        .get(&request.connector_id)
        .cloned()
        .ok_or_else(connectors::not_found)?;
    check_connector(&connector, &parameters)?;
    let options = options(request, &caller, &world);
    check_webhook_url(&app, options.webhook_url.as_deref())?;
    if options.avoid_duplicates {
        check_duplicates(&world, &connector, &parameters)?;
    }

    let mut connection = connection(connector, parameters, options, &caller, app.clock);
    app.execute(&mut connection, caller.trigger());
    let answer = view(&world, &connection);
    world.connections.insert(connection.item.id, connection);
    Ok(Json(answer))
}

fn check_connector(connector: &Connector, parameters: &Parameters) -> Result<(), Error> {
    if connector.health.status == HealthStatus::Offline {
        return Err(Error::described(
            StatusCode::BAD_REQUEST,
            "CONNECTOR_OFFLINE",
            "The connector is offline",
        ));
    }
    let refusals = connector.refusals(parameters);
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid_parameters(refusals))
    }
}

/// What a connect token says cannot be changed by whoever holds it; products are the one exception.
fn options(request: CreateItem, caller: &Caller, world: &World) -> TokenOptions {
    let of_token = match caller {
        Caller::ConnectToken { id, .. } => world.token_options.get(id).cloned().unwrap_or_default(),
        Caller::ApiKey { .. } => TokenOptions::default(),
    };
    TokenOptions {
        client_user_id: of_token.client_user_id.or(request.client_user_id),
        webhook_url: of_token.webhook_url.or(request.webhook_url),
        oauth_redirect_uri: of_token.oauth_redirect_uri.or(request.oauth_redirect_uri),
        avoid_duplicates: of_token.avoid_duplicates || request.avoid_duplicates,
        products: request.products.or(of_token.products),
    }
}

fn check_duplicates(
    world: &World,
    connector: &Connector,
    parameters: &Parameters,
) -> Result<(), Error> {
    let duplicates: Vec<_> = world
        .connections
        .values()
        .filter(|other| {
            other.item.connector.id == connector.id && other.has_credentials(parameters)
        })
        .map(|other| other.item.id)
        .collect();
    if duplicates.is_empty() {
        Ok(())
    } else {
        Err(Error::duplicate_of(duplicates))
    }
}

fn connection(
    connector: Connector,
    parameters: Parameters,
    options: TokenOptions,
    caller: &Caller,
    clock: Clock,
) -> Connection {
    let now = clock.now();
    let products = match options.products {
        None => connector.products.clone(),
        Some(wanted) => {
            let is_wanted = |name: &&'static str| wanted.iter().any(|wanted| wanted == name);
            connector
                .products
                .iter()
                .copied()
                .filter(is_wanted)
                .collect()
        }
    };
    Connection {
        item: Item {
            id: Uuid::new_v4(),
            connector,
            created_at: now,
            updated_at: now,
            last_updated_at: None,
            status: Status::Updating,
            execution_status: "CREATED",
            error: None,
            parameter: None,
            user_action: None,
            webhook_url: options.webhook_url,
            client_user_id: options.client_user_id,
            oauth_redirect_uri: options.oauth_redirect_uri,
            consecutive_failed_login_attempts: 0,
            next_auto_sync_at: None,
            consent_expires_at: None,
            resources_collected_at: None,
            has_resources_pending_authorization: None,
            products,
            status_detail: None,
        },
        parameters,
        created_with: match caller {
            Caller::ConnectToken { id, .. } => Some(*id),
            Caller::ApiKey { .. } => None,
        },
        trigger: caller.trigger(),
        run: 0,
        ended_well_before: false,
        question: None,
        login_backoff_until: None,
    }
}
