//! Whether the deployment is one in which sandbox banks may be connected.

use std::str::FromStr;

/// What the widget may list besides real banks. A sandbox bank takes any user for its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxConnectors {
    /// Profiles may have them listed.
    Allowed,
    /// No profile may.
    Forbidden,
}

/// A text that is neither.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither true nor false")]
pub struct InvalidSandboxConnectors;

impl FromStr for SandboxConnectors {
    type Err = InvalidSandboxConnectors;

    fn from_str(text: &str) -> Result<Self, InvalidSandboxConnectors> {
        match text {
            "true" => Ok(Self::Allowed),
            "false" => Ok(Self::Forbidden),
            _ => Err(InvalidSandboxConnectors),
        }
    }
}
