//! Names of the widget's callbacks and events.

use pluggy::ConnectEventKind;
use serde_json::Value;

/// The callbacks besides `onEvent`. Source:
/// <https://docs.pluggy.ai/docs/environments-and-configurations>.
const CALLBACKS: [&str; 5] = ["onSuccess", "onError", "onOpen", "onClose", "onHide"];
/// Name under which an unknown or absent name is counted.
const OTHER: &str = "other";

/// Returns the name to count. A newer widget may send names that this version does not know.
pub(crate) fn name(value: &Value) -> &'static str {
    let name = value.as_str();
    let events = ConnectEventKind::KNOWN.iter().map(ConnectEventKind::as_str);
    let mut known = CALLBACKS.into_iter().chain(events);
    known.find(|known| name == Some(known)).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_known_name_counts_as_itself_and_anything_else_as_one_kind() {
        assert_eq!(name(&json!("onSuccess")), "onSuccess");
        assert_eq!(name(&json!("ITEM_RESPONSE")), "ITEM_RESPONSE");
        for unknown in [
            json!("onsuccess"),
            json!("SHARED_BY_FRIENDS"),
            json!(""),
            json!("a".repeat(10_000)),
            json!("item/updated"),
            json!("onSucc\u{fffd}"),
            json!(7),
            json!(["onSuccess"]),
            Value::Null,
        ] {
            assert_eq!(name(&unknown), OTHER, "{unknown:.40}");
        }
    }
}
