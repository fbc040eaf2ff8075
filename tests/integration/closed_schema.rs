//! Schemas that allow only the fields that they describe. Consumers must accept new fields, but every field that we
//! publish must be in its schema.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// Returns a validator for which objects have the described fields only.
pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&closed(schema))
        .unwrap()
}

fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => Value::Object(closed_object(fields)),
        Value::Array(values) => values.iter().map(closed).collect(),
        other => other.clone(),
    }
}

fn closed_object(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut object: Map<_, _> = fields
        .iter()
        .map(|(name, value)| (name.clone(), closed(value)))
        .collect();
    let describes_fields = object.get("properties").is_some_and(Value::is_object);
    if describes_fields && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    object
}
