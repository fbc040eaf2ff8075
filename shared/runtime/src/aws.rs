//! How this project talks to AWS: one TLS stack, region and credentials straight from the
//! environment, explicit timeouts.

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

/// A whole call with its retries ends within this time, so that Pluggy has an answer within three
/// seconds.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2_500);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
const LIMITS: Limits = Limits {
    connect: Duration::from_millis(700),
    acknowledge: Duration::from_millis(300),
};
const MAX_ATTEMPTS: u32 = 3;
/// The SDK's own is a second, which is most of what there is. DynamoDB's clients in other languages
/// begin with this.
const INITIAL_BACKOFF: Duration = Duration::from_millis(50);
/// A process has a stock of tokens for repetitions, one of which costs five. What it spends on one
/// that ends in a failed condition, as that of a duplicate does, never comes back by itself, and a
/// process that lives long would repeat nothing any more.
const RETRY_TOKENS_A_SECOND: f32 = 5.0;

/// AWS's services, in this function's region and with its credentials.
#[derive(Clone, Debug)]
pub struct Aws {
    sdk: SdkConfig,
    https: https::Client,
    endpoints: Endpoints,
}

impl Aws {
    /// Makes no network call.
    ///
    /// Lambda puts region and credentials into the environment, so the other sources of the SDK's
    /// default chain are left out. `AWS_ENDPOINT_URL` and its forms for one service are obeyed.
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
            // The time limits above are shorter than what it waits for.
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

    /// For the clients of further services.
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// A client for the tables.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let quota = TokenBucket::builder().refill_rate(RETRY_TOKENS_A_SECOND);
        let retries = RetryPartition::custom("DynamoDB").token_bucket(quota.build());
        let config = aws_sdk_dynamodb::config::Builder::from(&self.sdk);
        let config = config.retry_partition(retries.build()).build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// A client for the secret.
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.sdk)
    }

    /// Opens the connection to DynamoDB ahead of the first request, if that is possible at once.
    pub async fn open(&self) {
        if let Some(server) = self.endpoints.dynamodb(self.sdk.region()).await {
            self.https.open(&server, OPENING_BUDGET).await;
        }
    }
}
