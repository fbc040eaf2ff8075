//! Fakes of Secrets Manager.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use serde_json::json;
use store::{ErasureKey, PluggySecrets};

use crate::deployment::{CLIENT_ID, WEBHOOK_SECRET};

/// The secret with the key of erased users' digests.
pub const ERASURE_SECRET_ARN: &str =
    "arn:aws:secretsmanager:sa-east-1:123456789012:secret:erasure-key-AbCdEf";

/// The key of erased users' digests.
pub const ERASURE_KEY: &str = "key-of-the-digests-of-erased-users";

/// Returns a fake Secrets Manager with the secret of a deployment.
pub fn secrets(client_secret: &str) -> PluggySecrets {
    secrets_of(CLIENT_ID, client_secret)
}

/// Returns a fake Secrets Manager with the credentials of any application.
pub fn secrets_of(client_id: &str, client_secret: &str) -> PluggySecrets {
    let secret = json!({
        "clientId": client_id, "clientSecret": client_secret, "webhookSecret": WEBHOOK_SECRET,
    });
    let rule = secret_rule(secret.to_string());
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&rule]);
    PluggySecrets::new(client, "pluggy-lambda/test".to_owned())
}

/// Returns a fake Secrets Manager that returns each client secret for one read, and then always the last one.
pub fn rotating_secrets(client_secrets: &[&str]) -> PluggySecrets {
    let reads = AtomicUsize::new(0);
    let values: Vec<String> = client_secrets
        .iter()
        .map(|secret| json!({"clientId": CLIENT_ID, "clientSecret": secret}).to_string())
        .collect();
    let rule = mock!(aws_sdk_secretsmanager::Client::get_secret_value).then_output(move || {
        let read = reads.fetch_add(1, Ordering::Relaxed);
        let value = &values[read.min(values.len() - 1)];
        GetSecretValueOutput::builder().secret_string(value).build()
    });
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&rule]);
    PluggySecrets::new(client, "pluggy-lambda/test".to_owned())
}

/// Returns the key of erased users' digests, from a fake Secrets Manager.
pub fn erasure_key() -> ErasureKey {
    erasure_key_of(ERASURE_KEY)
}

/// Returns such a key with this value.
pub fn erasure_key_of(value: &'static str) -> ErasureKey {
    let rule = mock!(aws_sdk_secretsmanager::Client::get_secret_value)
        .match_requests(|request| request.secret_id() == Some(ERASURE_SECRET_ARN))
        .then_output(move || GetSecretValueOutput::builder().secret_string(value).build());
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&rule]);
    ErasureKey::new(client, ERASURE_SECRET_ARN.to_owned())
}

fn secret_rule(value: String) -> Rule {
    mock!(aws_sdk_secretsmanager::Client::get_secret_value)
        .match_requests(|request| request.secret_id() == Some("pluggy-lambda/test"))
        .then_output(move || {
            GetSecretValueOutput::builder()
                .secret_string(&value)
                .build()
        })
}
