//! The template as it is deployed: after the SAM transform.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::artifacts;

/// The transformed template.
pub(crate) struct Template(Value);

impl Template {
    pub(crate) fn load() -> Self {
        Self(serde_json::from_slice(&artifacts::read(".local/template/transformed.json")).unwrap())
    }

    pub(crate) fn resource(&self, logical_id: &str) -> &Value {
        let resource = &self.0["Resources"][logical_id];
        assert!(
            resource.is_object(),
            "the template has no resource {logical_id}"
        );
        resource
    }

    pub(crate) fn properties(&self, logical_id: &str) -> &Value {
        &self.resource(logical_id)["Properties"]
    }

    /// Returns a parameter's default, if the name is that of a parameter and it has one.
    pub(crate) fn default_of(&self, parameter: &str) -> Option<String> {
        match &self.0["Parameters"][parameter]["Default"] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Returns the definition of a condition.
    pub(crate) fn condition(&self, name: &str) -> &Value {
        &self.0["Conditions"][name]
    }

    pub(crate) fn output(&self, name: &str) -> &Value {
        &self.0["Outputs"][name]
    }

    /// Returns the resources of a type, each with its logical id.
    pub(crate) fn resources(&self, kind: &str) -> Vec<(&str, &Value)> {
        let all = self.0["Resources"].as_object().unwrap();
        all.iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), resource))
            .collect()
    }
}

/// Returns the strings of a property that may be one string or a list.
pub(crate) fn strings(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(values) => values
            .iter()
            .map(|value| value.as_str().unwrap().to_owned())
            .collect(),
        value => BTreeSet::from([value.as_str().unwrap().to_owned()]),
    }
}

/// Whether a matching string occurs anywhere within a value.
pub(crate) fn contains_string(value: &Value, matches: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => matches(text),
        Value::Array(values) => values.iter().any(|value| contains_string(value, matches)),
        Value::Object(entries) => entries
            .iter()
            .any(|(name, value)| matches(name) || contains_string(value, matches)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
