//! What the figures of one metric are told apart by.

/// A dimension and its value. Each value is a metric of its own, which costs, so that it must be a
/// constant of the code, never what somebody sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// What the widget told.
    ConnectEvent(&'static str),
}

impl Dimension {
    /// CloudWatch's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectEvent(_) => "ConnectEvent",
        }
    }

    /// The value in this line.
    pub fn value(self) -> &'static str {
        match self {
            Self::ConnectEvent(value) => value,
        }
    }
}
