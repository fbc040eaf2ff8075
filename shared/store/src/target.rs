//! Targets of a fetch, each with a row in `ItemTable`.

use super::schema::{CONNECTOR_PREFIX, ITEM_PREFIX};
use pluggy::{ConnectorId, ItemId};

/// A target that can be fetched from Pluggy. Its key is the same in both tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// An item, for its state.
    Item(ItemId),
    /// A connector, for its health.
    Connector(ConnectorId),
}

impl Target {
    /// Returns the partition key.
    pub fn key(self) -> String {
        match self {
            Self::Item(id) => format!("{ITEM_PREFIX}{id}"),
            Self::Connector(id) => format!("{CONNECTOR_PREFIX}{id}"),
        }
    }

    /// Returns the target of a partition key, or `None` if it has none or no Pluggy id.
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
