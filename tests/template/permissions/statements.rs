//! The statements of a function's role, and the resources of its environment, by the names that the calls have.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::functions::sibling;
use crate::publishing;
use crate::template::{Template, contains_string, strings};

/// The secret of this name, in the stack's own account and region. Secrets Manager appends a hyphen and six
/// characters.
const SECRET_ARN: &str = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:\
                          ${PluggySecretName}-??????";

/// Returns every action that the function's role allows, with its resource: by the role itself and by the policies
/// that are attached to it. Leaves out the key.
pub(super) fn allowed(template: &Template, function: &str) -> BTreeSet<(String, String)> {
    let role = sibling(function, "Role");
    let own = template.properties(&role)["Policies"].as_array().unwrap();
    let attached = template
        .resources("AWS::IAM::Policy")
        .into_iter()
        .map(|(_, policy)| &policy["Properties"])
        .filter(|policy| contains_string(&policy["Roles"], &|text| text == role));
    own.iter()
        .chain(attached)
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .filter(|statement| !is_of_key(statement))
        .map(|statement| match &statement["Fn::If"] {
            Value::Array(parts) if parts[0] == "PublishesEvents" => &parts[1],
            _ => statement,
        })
        .flat_map(|statement| {
            assert_eq!(statement["Effect"], "Allow", "{function}");
            let resource = name(&statement["Resource"]);
            let actions = strings(&statement["Action"]);
            actions
                .into_iter()
                .map(move |action| (action, resource.clone()))
        })
        .collect()
}

pub(super) fn pairs(resource: &str, actions: &[&str]) -> Vec<(String, String)> {
    actions
        .iter()
        .map(|action| ((*action).to_owned(), resource.to_owned()))
        .collect()
}

/// Returns a statement's resource as `calls.rs` names it: a whole resource of the template, the stream or an
/// index of one, or a parameter. Rejects anything less exact.
fn name(resource: &Value) -> String {
    if *resource == publishing::bus() {
        return "EventBus".to_owned();
    }
    if let Some(parameter) = resource["Ref"].as_str() {
        return parameter.to_owned();
    }
    if resource["Fn::Sub"] == SECRET_ARN {
        return "PluggySecretName".to_owned();
    }
    if let Some([Value::String(name), Value::String(attribute)]) =
        resource["Fn::GetAtt"].as_array().map(Vec::as_slice)
    {
        match attribute.as_str() {
            // A secret's ARN is its `Id`.
            "Arn" | "Id" => return name.clone(),
            "StreamArn" => return format!("{name}/stream"),
            _ => {}
        }
    }
    let (table, index) = resource["Fn::Sub"]
        .as_str()
        .and_then(|text| text.strip_prefix("${")?.split_once(".Arn}/index/"))
        .unwrap_or_else(|| panic!("{resource} is not exact"));
    format!("{table}/index/{index}")
}

pub(super) fn name_or_none(resource: &Value) -> Option<String> {
    let is_whole = resource["Fn::GetAtt"].is_array();
    is_whole.then(|| name(resource))
}

/// Returns the tables, the queue, the bus and the secrets that the environment names.
pub(super) fn named_in_environment(template: &Template, function: &str) -> BTreeSet<String> {
    let variables = template.properties(function)["Environment"]["Variables"]
        .as_object()
        .unwrap();
    let references = variables.values().filter_map(|value| {
        let attribute_of = value["Fn::GetAtt"][0].as_str();
        value["Ref"].as_str().or(attribute_of)
    });
    let bus = variables
        .values()
        .map(publishing::without_condition)
        .filter(|value| **value == publishing::bus());
    references
        .filter(|name| {
            ["Table", "Queue", "Secret"]
                .iter()
                .any(|kind| name.ends_with(kind))
                || *name == "PluggySecretName"
        })
        .map(str::to_owned)
        .chain(bus.map(name))
        .collect()
}

/// Whether a statement is in the role only with a key of your own.
pub(super) fn is_of_key(statement: &Value) -> bool {
    statement["Fn::If"][0] == "HasKmsKey"
}
