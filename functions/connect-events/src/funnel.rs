//! The connect funnel: which callback or event of the widget counts as which step.

use pluggy::ConnectEventKind;
use runtime::metrics::{Dimension, EmfRecord, Metric};
use serde_json::{Value, json};

use crate::relayed::Relayed;

/// The callbacks besides `onEvent`. Source:
/// <https://docs.pluggy.ai/docs/environments-and-configurations>.
const CALLBACKS: [&str; 5] = ["onSuccess", "onError", "onOpen", "onClose", "onHide"];
/// Name under which an unknown or absent name is counted.
const OTHER: &str = "other";

/// Returns the step that a name counts as. A newer widget may send names that this version does not know.
pub(crate) fn step(value: &Value) -> &'static str {
    let name = value.as_str();
    let events = ConnectEventKind::KNOWN.iter().map(ConnectEventKind::as_str);
    let mut known = CALLBACKS.into_iter().chain(events);
    known.find(|known| name == Some(known)).unwrap_or(OTHER)
}

/// Counts the event in the funnel of the widget. The connector is no dimension: a caller could create one
/// metric per connector id.
pub(crate) fn count(line: &mut EmfRecord, relayed: &Relayed) {
    let dimension = Dimension::ConnectEvent(relayed.name);
    line.metric_of(dimension, Metric::ConnectEvents, 1);
    line.property("connector.id", relayed.connector_id.map(|id| json!(id)));
    line.property("error.code", code(relayed).map(|code| json!(code)));
    line.property("item.id", relayed.item_id.map(|id| json!(id)));
}

/// Returns the error code. A number is not a Pluggy code and may be personal, so it is left out.
fn code(relayed: &Relayed) -> Option<&str> {
    let code = relayed.code.as_deref()?;
    code.starts_with(|first: char| first.is_ascii_uppercase())
        .then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_counts_as_itself_and_anything_else_as_one_kind() {
        assert_eq!(step(&json!("onSuccess")), "onSuccess");
        assert_eq!(step(&json!("ITEM_RESPONSE")), "ITEM_RESPONSE");
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
            assert_eq!(step(&unknown), OTHER, "{unknown:.40}");
        }
    }
}
