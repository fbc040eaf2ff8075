//! AWS SDK configuration: one TLS stack, region and credentials from the environment, explicit timeouts.

mod endpoints;
mod http_client;

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{IdentityCache, SharedAsyncSleep, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};

use crate::env::Environment;
use client::OPENING_BUDGET;
use client::https::{self, Limits, Trust};
use endpoints::Endpoints;
use http_client::SdkClient;

/// Time limit of a call including its retries, so that Pluggy receives a response within three seconds.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2_500);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
const LIMITS: Limits = Limits {
    connect: Duration::from_millis(700),
    acknowledge: Duration::from_millis(300),
};
const MAX_ATTEMPTS: u32 = 3;
/// First retry delay. The SDK's default is one second, most of the time limit. DynamoDB's clients in other
/// languages use this value.
const INITIAL_BACKOFF: Duration = Duration::from_millis(50);
/// Retry tokens that are restored per second. A process has a stock of tokens, and one retry costs five.
/// Tokens spent on a call that ends in a failed condition, such as a duplicate, are never returned. Without
/// this, a long-lived process would stop retrying.
const RETRY_TOKENS_A_SECOND: f32 = 5.0;

/// Clients for AWS services, in the function's region and with its credentials.
#[derive(Clone, Debug)]
pub struct Aws {
    sdk: SdkConfig,
    https: https::Client,
    endpoints: Endpoints,
}

impl Aws {
    /// Reads the settings. Makes no network call.
    ///
    /// Lambda provides region and credentials in the environment, so the other sources of the SDK's default
    /// chain are left out. `AWS_ENDPOINT_URL` and its forms for one service are supported.
    pub fn from_env(environment: &Environment, trust: &Trust) -> Self {
        let https = https::Client::new(trust, LIMITS);
        let endpoints = Endpoints::from_env(environment);
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(MAX_ATTEMPTS)
            .with_initial_backoff(INITIAL_BACKOFF);
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(SdkClient(https.clone()))
            .region(environment.optional("AWS_REGION").map(Region::new))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::no_cache())
            .service_config(endpoints.clone())
            .retry_config(retries)
            .timeout_config(timeouts)
            // The time limits above are shorter than this protection's grace period.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .build();
        Self {
            sdk,
            https,
            endpoints,
        }
    }

    /// Returns the SDK configuration, for clients of other services.
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// Returns a client for the tables.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let quota = TokenBucket::builder().refill_rate(RETRY_TOKENS_A_SECOND);
        let retries = RetryPartition::custom("DynamoDB").token_bucket(quota.build());
        let config = aws_sdk_dynamodb::config::Builder::from(&self.sdk);
        let config = config.retry_partition(retries.build()).build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// Returns a client for the secret.
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.sdk)
    }

    /// Opens the connection to DynamoDB before the first request, if possible.
    pub async fn open(&self) {
        if let Some(server) = self.endpoints.dynamodb(self.sdk.region()).await {
            self.https.open(&server, OPENING_BUDGET).await;
        }
    }
}
