//! Fields of a frontend's JSON. A wrong field is refused by its name.

use serde_json::Value;

use crate::problem::Problem;
use pluggy::{ConnectorId, ItemId};

/// Maximum connector id, far above all ids so far.
const MAX_CONNECTOR_ID: ConnectorId = 1 << 31;

/// Returns the field's value; null counts as absent. `rule` ends the sentence that begins with the field's
/// name.
pub fn optional<T>(
    value: &Value,
    read: impl FnOnce(&Value) -> Option<T>,
    field: &str,
    rule: &str,
) -> Result<Option<T>, Problem> {
    if value.is_null() {
        return Ok(None);
    }
    read(value).map(Some).ok_or_else(|| invalid(field, rule))
}

/// Returns a 400: the field breaks the rule.
pub fn invalid(field: &str, rule: &str) -> Problem {
    Problem::invalid_field(field, format!("{field} {rule}."))
}

/// Returns a string.
pub fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Returns the id of an item.
pub fn item_id(value: &Value) -> Option<ItemId> {
    value.as_str()?.parse().ok()
}

/// Returns the id of a connector.
pub fn connector_id(value: &Value) -> Option<ConnectorId> {
    whole_number(value).filter(|id| (0..=MAX_CONNECTOR_ID).contains(id))
}

/// Returns a whole number. Some frontends write `201` as `201.0`, which JSON does not distinguish.
fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_is_the_same_as_absent() {
        let read = optional(&Value::Null, text, "code", "must be a string");

        assert_eq!(read.unwrap(), None);
    }

    #[test]
    fn a_field_that_cannot_be_read_is_named_with_its_rule() {
        let problem = optional(&json!(7), text, "code", "must be a string").unwrap_err();

        let problem = serde_json::to_value(problem).unwrap();
        assert_eq!(problem["field"], "code");
        assert_eq!(problem["detail"], "code must be a string.");
    }

    #[test]
    fn the_id_of_a_connector_is_a_whole_number_within_reason() {
        assert_eq!(connector_id(&json!(0)), Some(0));
        assert_eq!(connector_id(&json!(1_i64 << 31)), Some(1 << 31));
        assert_eq!(connector_id(&json!(201.0)), Some(201));
        for value in [
            json!(-1),
            json!((1_i64 << 31) + 1),
            json!(u64::MAX),
            json!(2.5),
            json!(-1.0),
            json!(1e300),
            json!("2"),
            json!([2]),
        ] {
            assert_eq!(connector_id(&value), None, "{value}");
        }
    }
}
