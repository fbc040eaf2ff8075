//! Settings for the built functions in tests.

use std::path::PathBuf;

use harness::FunctionSettings;

use crate::Tables;
use crate::deployment::{
    BACKEND_ROLE_ARN, CLIENT_ID, PROFILES, WEBHOOK_SECRET_SHA256, WEBHOOK_URL,
};
use crate::secrets::ERASURE_SECRET_ARN;

/// The name of the secret of a deployment.
pub const SECRET_NAME: &str = "pluggy-lambda/test";

/// Returns the settings of a function on these tables, without the addresses of the services that it calls. Each
/// function gets all variables and reads only its own.
pub fn function_settings(name: &str, bootstrap: PathBuf, tables: &Tables) -> FunctionSettings {
    FunctionSettings::new(name, bootstrap)
        .with("ALLOW_PERSONAL_OWNER_CLAIM", "false")
        .with("API_LOG_RETENTION_DAYS", "180")
        .with("BACKEND_ROLE_ARNS", BACKEND_ROLE_ARN)
        .with("CONNECT_PROFILES", PROFILES)
        .with("CREDENTIAL_TABLE", &tables.credentials)
        .with("ERASURE_SECRET_ARN", ERASURE_SECRET_ARN)
        .with("EVENT_RETENTION_DAYS", "30")
        .with("EVENT_TABLE", &tables.events)
        .with("FETCHES_PER_MINUTE", "300")
        .with("ITEM_TABLE", &tables.items)
        .with("LIMIT_TABLE", &tables.limits)
        .with("LOG_RETENTION_DAYS", "30")
        .with("METRICS_NAMESPACE", "pluggy-lambda")
        .with("OWNER_CLAIM", "sub")
        .with("PLUGGY_CLIENT_ID", CLIENT_ID)
        .with("PLUGGY_SECRET_NAME", SECRET_NAME)
        .with("SANDBOX_CONNECTORS", "true")
        .with("WEBHOOK_SECRET_HEADER", "x-webhook-secret")
        .with("WEBHOOK_SECRET_SHA256", WEBHOOK_SECRET_SHA256)
        .with("WEBHOOK_URL", WEBHOOK_URL)
}
