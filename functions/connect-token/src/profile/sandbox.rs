//! Setting that allows sandbox connectors in a deployment.

use std::str::FromStr;

/// Policy for sandbox connectors in profiles. A sandbox bank accepts any user as its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxConnectors {
    /// Profiles may list sandbox connectors.
    Allowed,
    /// Profiles may not list sandbox connectors.
    Forbidden,
}

/// A text that is neither `true` nor `false`.
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
