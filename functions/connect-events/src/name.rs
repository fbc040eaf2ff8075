//! Names of the widget's callbacks and events.

use pluggy::ConnectEventKind;
use serde_json::Value;

/// The callbacks besides `onEvent`. Source:
/// <https://docs.pluggy.ai/docs/environments-and-configurations>.
const CALLBACKS: [&str; 5] = ["onSuccess", "onError", "onOpen", "onClose", "onHide"];
/// Name under which unknown names are counted.
const OTHER: &str = "other";
const MAX_CHARACTERS: usize = 64;

/// Returns the name to count, or `None` if the value cannot be a widget name. A newer widget may send names
/// that this version does not know.
pub(crate) fn name(value: &Value) -> Option<&'static str> {
    let name = value.as_str().filter(|name| is_well_formed(name))?;
    let events = ConnectEventKind::KNOWN.iter().map(ConnectEventKind::as_str);
    let known = CALLBACKS.into_iter().chain(events).find(|of| *of == name);
    Some(known.unwrap_or(OTHER))
}

fn is_well_formed(name: &str) -> bool {
    (1..=MAX_CHARACTERS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_known_name_counts_as_itself_and_any_other_as_one_kind() {
        assert_eq!(name(&json!("onSuccess")), Some("onSuccess"));
        assert_eq!(name(&json!("ITEM_RESPONSE")), Some("ITEM_RESPONSE"));
        for unknown in ["onsuccess", "SHARED_BY_FRIENDS", "x", &"a".repeat(64)] {
            assert_eq!(name(&json!(unknown)), Some(OTHER), "{unknown}");
        }
    }

    #[test]
    fn what_can_be_no_name_is_none() {
        for value in [
            json!(""),
            json!("a".repeat(65)),
            json!("on success"),
            json!("onSuccé"),
            json!("item/updated"),
            json!(7),
            json!(["onSuccess"]),
            Value::Null,
        ] {
            assert_eq!(name(&value), None, "{value}");
        }
    }
}
