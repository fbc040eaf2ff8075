//! The prices, from `prices.toml`.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Prices {
    pub(crate) region: String,
    pub(crate) date: String,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) lambda: Lambda,
    pub(crate) logs: Logs,
    pub(crate) http_api: HttpApi,
    pub(crate) event_bridge: EventBridge,
    pub(crate) waiting_ms: Waiting,
    pub(crate) memory: Memory,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DynamoDb {
    pub(crate) million_write_units: f64,
    pub(crate) million_read_units: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Lambda {
    pub(crate) million_requests: f64,
    pub(crate) gigabyte_second: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Logs {
    pub(crate) gigabyte: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HttpApi {
    pub(crate) million_requests: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EventBridge {
    pub(crate) million_events: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) dynamodb: f64,
    pub(crate) event_bridge: f64,
    pub(crate) pluggy: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Memory {
    pub(crate) gigabytes: f64,
    pub(crate) processor: f64,
}

impl Prices {
    pub(crate) fn load() -> Self {
        toml::from_str(include_str!("prices.toml")).unwrap()
    }
}
