//! Dimensions of metrics.

/// A dimension and its value. Each value creates a metric, which costs money. Values must be constants of the
/// code, never input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Name of the widget event.
    ConnectEvent(&'static str),
}

impl Dimension {
    /// Returns the name in CloudWatch.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectEvent(_) => "ConnectEvent",
        }
    }

    /// Returns the value in this record.
    pub fn value(self) -> &'static str {
        match self {
            Self::ConnectEvent(value) => value,
        }
    }
}
