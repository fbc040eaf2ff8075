//! What a row of `ItemTable` describes, and so what an event can ask to look at.

use super::schema::{CONNECTOR_PREFIX, ITEM_PREFIX};
use crate::pluggy::{ConnectorId, ItemId};

/// What can be read again at Pluggy. Its key is the same in both tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// An item, for its state.
    Item(ItemId),
    /// A connector, for its health.
    Connector(ConnectorId),
}

impl Target {
    /// The partition key.
    pub fn key(self) -> String {
        match self {
            Self::Item(id) => format!("{ITEM_PREFIX}{id}"),
            Self::Connector(id) => format!("{CONNECTOR_PREFIX}{id}"),
        }
    }

    /// What a partition key names; `None` if it is about something else, or has an id that is not
    /// Pluggy's.
    pub(super) fn parse(key: &str) -> Option<Self> {
        if let Some(id) = key.strip_prefix(ITEM_PREFIX) {
            return id.parse().ok().map(Self::Item);
        }
        let id = key.strip_prefix(CONNECTOR_PREFIX)?;
        id.parse().ok().map(Self::Connector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_target() {
        let item = Target::Item("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap());
        for target in [item, Target::Connector(201)] {
            assert_eq!(Target::parse(&target.key()), Some(target));
        }
    }

    #[test]
    fn a_key_of_something_else_names_none() {
        for key in [
            "",
            "ITEM#",
            "ITEM#x",
            "CONNECTOR#",
            "CONNECTOR#x",
            "BOLETO#1",
        ] {
            assert_eq!(Target::parse(key), None, "{key}");
        }
    }
}
