use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{check_webhook_url, find, view};
use crate::app::App;
use crate::body;
use crate::caller::Caller;
use crate::catalog::MEU_PLUGGY;
use crate::connection::{Connection, MAX_FAILED_LOGINS};
use crate::connector::Parameters;
use crate::error::Error;
use crate::item::Status;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateItem {
    parameters: Option<Value>,
    client_user_id: Option<String>,
    webhook_url: Option<String>,
    products: Option<Vec<String>>,
}

pub(super) async fn update(
    caller: Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let request: UpdateItem = body::parse_optional(&body)?;
    let parameters = request
        .parameters
        .as_ref()
        .map(body::parameters)
        .transpose()?;
    check_webhook_url(&app, request.webhook_url.as_deref())?;

    let mut database = app.database();
    let connection = find(&mut database, &caller, &id)?;
    check(connection, parameters.as_ref(), &app)?;

    connection.parameters.extend(parameters.unwrap_or_default());
    let item = &mut connection.item;
    item.client_user_id = request.client_user_id.or(item.client_user_id.take());
    item.webhook_url = request.webhook_url.or(item.webhook_url.take());
    if let Some(wanted) = request.products {
        item.products = item.connector.products_among(&wanted);
    }
    app.execute(connection, caller.trigger());
    let connection = connection.clone();
    Ok(Json(view(&database, &connection)))
}

/// Checks that a new execution may start.
fn check(connection: &Connection, parameters: Option<&Parameters>, app: &App) -> Result<(), Error> {
    let item = &connection.item;
    if item.connector.id == MEU_PLUGGY {
        return Err(Error::bad_request("MeuPluggy item cant be updated"));
    }
    if item.status.is_running() {
        return Err(refusal(
            "ITEM_ALREADY_UPDATING",
            "The item is already updating",
        ));
    }
    if let Some(can_retry_at) = connection
        .login_backoff_until
        .filter(|until| app.clock.now() < *until)
    {
        return Err(refusal(
            "TOO_MANY_CONSECUTIVE_LOGIN_FAILURES",
            "Too many failed logins in a row",
        )
        .with_data(json!({
            "readableBackoffTime": "1 hour",
            "maxConsecutiveFailedLoginAttempts": MAX_FAILED_LOGINS,
            "lastExecutionEndedAt": item.updated_at,
            "canRetryAfterDate": can_retry_at,
        })));
    }
    if item.status == Status::LoginError && parameters.is_none() {
        return Err(refusal(
            "LAST_EXECUTION_HAD_LOGIN_ERROR",
            "New credentials are needed",
        ));
    }
    check_renewable(connection, parameters)?;
    check_parameters(connection, parameters)
}

fn check_parameters(connection: &Connection, parameters: Option<&Parameters>) -> Result<(), Error> {
    let mut merged = connection.parameters.clone();
    merged.extend(parameters.cloned().unwrap_or_default());
    connection.item.connector.check(&merged)
}

/// Checks that a single-use credential is present and new.
fn check_renewable(connection: &Connection, parameters: Option<&Parameters>) -> Result<(), Error> {
    let Some(credential) = connection.item.connector.renewable_credential() else {
        return Ok(());
    };
    match parameters.and_then(|parameters| parameters.get(credential.name)) {
        None => Err(refusal(
            "CONNECTOR_REQUIRED_PARAMETER_VALIDATION_ERROR",
            "A parameter that must be renewed is missing",
        )
        .with_data(json!({ "parameter": credential.name }))),
        Some(value) if connection.parameters.get(credential.name) == Some(value) => Err(refusal(
            "MFA_PARAMERTER_WAS_ALREADY_USED_ERROR",
            "The value was used before",
        )),
        Some(_) => Ok(()),
    }
}

pub(super) async fn answer(
    caller: Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let answers = body::parameters(&body::parse(&body)?)?;

    let mut database = app.database();
    let connection = find(&mut database, &caller, &id)?;
    let Some(question) = connection.question else {
        return Err(no_question(connection.item.execution_status));
    };
    let Some(answer) = answers.get(question.name()) else {
        return Err(refusal(
            "ITEM_MFA_PARAMETER_EXPECTED_MISMATCH",
            "Another parameter was asked for",
        ));
    };

    let is_accepted = question.accepts(answer);
    let run = connection.go_on("LOGIN_MFA_IN_PROGRESS", app.clock);
    app.play(
        connection.item.id,
        run,
        connection.login().script_after_answer(is_accepted),
    );
    let connection = connection.clone();
    Ok(Json(view(&database, &connection)))
}

/// Returns the error for an unexpected answer. The codes are documented; their statuses are not.
fn no_question(execution_status: &str) -> Error {
    let (code, message) = match execution_status {
        "USER_INPUT_TIMEOUT" => ("ITEM_MFA_EXPIRED", "The question has expired"),
        "LOGIN_MFA_IN_PROGRESS" => ("ITEM_MFA_ALREADY_PROVIDED", "The question was answered"),
        _ => ("ITEM_MFA_NOT_FOUND", "Nothing was asked"),
    };
    refusal(code, message)
}

fn refusal(code_description: &'static str, message: &'static str) -> Error {
    Error::described(StatusCode::BAD_REQUEST, code_description, message)
}
