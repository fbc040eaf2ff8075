//! The prices, from `prices.toml`.

use serde::Deserialize;

pub(crate) const TEMPLATE: &str = include_str!("../../template.yaml");

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

/// The memory of a function, in MB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory(f64);

impl Memory {
    /// The least that Lambda offers.
    pub(crate) const LEAST: Self = Self(128.0);
    /// The memory at which a function has a whole processor.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
    const WHOLE_PROCESSOR: f64 = 1769.0;

    /// Returns what the template gives a function by default.
    pub(crate) fn of_template(function: &str) -> Self {
        let own = template_property(function, "MemorySize");
        // The last of a condition's values is that of the default.
        let own = own.and_then(|value| value.trim_end_matches(']').rsplit(' ').next());
        let megabytes = own.unwrap_or_else(|| template_default("MemorySize"));
        Self(megabytes.parse().unwrap())
    }

    pub(crate) fn megabytes(self) -> f64 {
        self.0
    }

    pub(crate) fn gigabytes(self) -> f64 {
        self.0 / 1024.0
    }

    /// Returns the share of a processor that comes with it.
    pub(crate) fn processor(self) -> f64 {
        (self.0 / Self::WHOLE_PROCESSOR).min(1.0)
    }
}

impl Prices {
    pub(crate) fn load() -> Self {
        toml::from_str(include_str!("prices.toml")).unwrap()
    }
}

/// Returns the default of a parameter of the template.
pub(crate) fn template_default(parameter: &str) -> &'static str {
    let heading = format!("  {parameter}:");
    let mut lines = TEMPLATE.lines().skip_while(|line| *line != heading);
    let default = lines.find_map(|line| line.strip_prefix("    Default: "));
    default.unwrap()
}

/// Returns a property of a function in the template, as it is written there.
fn template_property(function: &str, property: &str) -> Option<&'static str> {
    let heading = format!("{}function:", function.replace('-', ""));
    let lines = TEMPLATE.lines();
    let mut lines = lines.skip_while(|line| line.trim_start().to_ascii_lowercase() != heading);
    assert!(lines.next().is_some(), "the template has no {function}");
    let mut properties = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let property = format!("      {property}: ");
    properties.find_map(|line| line.strip_prefix(&property))
}
