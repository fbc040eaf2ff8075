//! The resource policies: they deny the shared API key and the raw bodies in the stream to every role but those that
//! need them. The emulator ignores these policies, so only the template can be tested.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::functions::{self, DISCOVERY, PUBLISH, sibling};
use crate::permissions::{Permission, calls, feeding};
use crate::template::{Template, contains_string, strings};

const CREDENTIAL_TABLE: &str = "CredentialTable";
const EVENT_STREAM: &str = "EventTable/stream";

/// Every action that can return or change a row of a table, or make a copy of it, and that a resource policy supports.
/// AWS does not list `StartAwsBackupJob`. A policy that denied `UpdateTable` or `PutResourcePolicy` would lock out
/// deployments.
///
/// Sources: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html>
const READING_WRITING_OR_COPYING: [&str; 17] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:CreateBackup",
    "dynamodb:DeleteItem",
    "dynamodb:EnableKinesisStreamingDestination",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

#[test]
fn only_the_functions_that_call_pluggy_reach_its_api_key() {
    let template = Template::load();

    let statement = only_statement(&template.properties(CREDENTIAL_TABLE)["ResourcePolicy"]);

    assert_eq!(
        strings(&statement["Action"]),
        READING_WRITING_OR_COPYING.map(str::to_owned).into()
    );
    let callers = functions_that(calls, CREDENTIAL_TABLE);
    assert_eq!(callers.len(), 6);
    let consumers = ("HasCredentialConsumers", "CredentialConsumerRoleArns");
    assert_eq!(exempt_roles(statement), roles_of(&callers, consumers));
}

#[test]
fn only_its_readers_get_records_of_the_event_tables_stream() {
    let template = Template::load();

    let stream = &template.properties("EventTable")["StreamSpecification"];
    let statement = only_statement(&stream["ResourcePolicy"]);

    assert_eq!(
        strings(&statement["Action"]),
        ["dynamodb:GetRecords", "dynamodb:GetShardIterator"]
            .map(str::to_owned)
            .into()
    );
    let readers = functions_that(feeding, EVENT_STREAM);
    assert_eq!(readers.len(), 2);
    let consumers = ("HasStreamConsumers", "StreamConsumerRoleArns");
    assert_eq!(exempt_roles(statement), roles_of(&readers, consumers));
}

/// Guards that a `Deny` has no gap: it names no principal, and its condition excepts exactly the roles.
#[test]
fn the_policies_deny_to_everybody_else() {
    let template = Template::load();

    for policy in [
        &template.properties(CREDENTIAL_TABLE)["ResourcePolicy"],
        &template.properties("EventTable")["StreamSpecification"]["ResourcePolicy"],
    ] {
        let statement = only_statement(policy);

        assert_eq!(statement["Effect"], "Deny");
        assert_eq!(statement["Principal"], "*");
        assert_eq!(statement["Resource"], "*");
        let condition = statement["Condition"].as_object().unwrap();
        assert_eq!(condition.keys().collect::<Vec<_>>(), ["ArnNotEquals"]);
        let keys = condition["ArnNotEquals"].as_object().unwrap().keys();
        assert_eq!(keys.collect::<Vec<_>>(), ["aws:PrincipalArn"]);
    }
    for parameter in ["CredentialConsumerRoleArns", "StreamConsumerRoleArns"] {
        assert_eq!(
            template.default_of(parameter).as_deref(),
            Some(""),
            "{parameter}"
        );
    }
}

#[test]
fn no_other_table_has_a_resource_policy() {
    for (name, table) in Template::load().resources("AWS::DynamoDB::Table") {
        let properties = &table["Properties"];

        assert_eq!(
            (
                properties["ResourcePolicy"].is_object(),
                properties["StreamSpecification"]["ResourcePolicy"].is_object()
            ),
            (name == CREDENTIAL_TABLE, name == "EventTable"),
            "{name}"
        );
    }
}

/// Guards the order of creation. A table names these roles, so a role that named the table would be a cycle. What the
/// role may do there is a policy of its own, without which the function must not run.
#[test]
fn a_function_waits_for_the_policy_that_comes_after_the_table() {
    let template = Template::load();

    for (policy, table, needing) in [
        (
            "CredentialTablePolicy",
            CREDENTIAL_TABLE,
            functions_that(calls, CREDENTIAL_TABLE),
        ),
        (
            "EventStreamPolicy",
            "EventTable",
            functions_that(feeding, EVENT_STREAM),
        ),
    ] {
        for function in functions::ALL {
            let waits = contains_string(&template.resource(function)["DependsOn"], &|text| {
                text == policy
            });
            assert_eq!(waits, needing.contains(&function), "{function}: {policy}");
        }
        for function in needing {
            let role = template.properties(&sibling(function, "Role"));
            assert!(
                !contains_string(role, &|text| text == table),
                "{function}: {table}"
            );
        }
    }
}

/// Returns the functions with a permission on the resource.
fn functions_that(
    permissions: impl Fn(&str) -> &'static [Permission],
    resource: &str,
) -> Vec<&'static str> {
    functions::ALL
        .into_iter()
        .filter(|function| {
            permissions(function)
                .iter()
                .any(|(name, _)| *name == resource)
        })
        .collect()
}

fn only_statement(policy: &Value) -> &Value {
    let [statement] = &policy["PolicyDocument"]["Statement"].as_array().unwrap()[..] else {
        panic!("one statement")
    };
    statement
}

/// Returns the roles that the condition excepts, as JSON.
fn exempt_roles(statement: &Value) -> BTreeSet<String> {
    let list = &statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]["Fn::Split"];
    assert_eq!(list[0], ",");
    assert_eq!(list[1]["Fn::Join"][0], ",");
    let roles = list[1]["Fn::Join"][1].as_array().unwrap();
    roles.iter().map(Value::to_string).collect()
}

/// Returns the roles of the functions and your own consumers', as the condition names them. `consumers` has the
/// condition and the parameter of the latter.
fn roles_of(functions: &[&str], consumers: (&str, &str)) -> BTreeSet<String> {
    let nothing = json!({ "Ref": "AWS::NoValue" });
    let (condition, parameter) = consumers;
    let consumers = json!({ "Fn::If": [condition, { "Ref": parameter }, nothing] });
    functions
        .iter()
        .map(|function| {
            let arn = json!({ "Fn::GetAtt": [sibling(function, "Role"), "Arn"] });
            match *function {
                DISCOVERY => json!({ "Fn::If": ["DiscoversItems", arn, nothing] }),
                PUBLISH => json!({ "Fn::If": ["PublishesEvents", arn, nothing] }),
                _ => arn,
            }
        })
        .chain([consumers])
        .map(|role| role.to_string())
        .collect()
}
