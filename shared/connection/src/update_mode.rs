//! The widget's update mode, and the items that it does not work for.

use pluggy::{ConnectorId, Item};

/// The connector `MeuPluggy`. Pluggy refuses to update its items, so only a new connection replaces one.
const MEU_PLUGGY: ConnectorId = 200;

/// Whether the widget can update the item. If not, the user must create a new connection.
pub fn is_updatable(item: &Item) -> bool {
    let connector = item.connector.as_ref();
    connector.is_none_or(|connector| connector.id != MEU_PLUGGY)
}
