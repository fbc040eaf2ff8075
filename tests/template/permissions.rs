//! Each function's role allows what its code calls, on what its environment names, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::store::schema::{BY_DUE, BY_OWNER};

use crate::bootstraps::Bootstrap;
use crate::functions::{self, ITEM_SYNC, sibling};
use crate::template::{Template, contains_string, strings};

#[test]
fn every_role_allows_the_calls_that_its_function_makes() {
    let template = Template::load();

    for function in functions::ALL {
        let allowed: BTreeSet<_> = statements(&template, function)
            .into_iter()
            .filter(|statement| !is_of_the_platform(&template, function, statement))
            .flat_map(|statement| strings(&statement["Action"]))
            .collect();

        assert_eq!(allowed, Bootstrap::read(function).aws_calls(), "{function}");
    }
}

#[test]
fn every_role_reaches_the_resources_that_its_function_is_told_of() {
    let template = Template::load();

    for function in functions::ALL {
        let reached: BTreeSet<_> = statements(&template, function)
            .into_iter()
            .filter(|statement| !is_of_the_platform(&template, function, statement))
            .map(|statement| logical_id(&statement["Resource"]))
            .collect();

        assert_eq!(
            reached,
            named_in_environment(&template, function),
            "{function}"
        );
    }
}

#[test]
fn no_role_has_a_wildcard() {
    let template = Template::load();

    for (name, role) in template.resources("AWS::IAM::Role") {
        let properties = &role["Properties"];

        assert!(
            !contains_string(properties, &|text| text.contains('*')),
            "{name}"
        );
        assert_eq!(properties["ManagedPolicyArns"], Value::Null, "{name}");
    }
}

#[test]
fn every_role_serves_its_own_function_only() {
    let template = Template::load();

    for function in functions::ALL {
        let role = sibling(function, "Role");

        assert_eq!(
            template.properties(function)["Role"],
            json!({ "Fn::GetAtt": [role, "Arn"] })
        );
        assert_eq!(
            template.properties(&role)["AssumeRolePolicyDocument"]["Statement"],
            json!([{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }])
        );
    }
}

#[test]
fn every_function_writes_to_its_own_log_only() {
    let template = Template::load();

    for function in functions::ALL {
        let statements = statements(&template, function);
        let [log] = statements
            .iter()
            .filter(|statement| begins(statement, "logs:"))
            .collect::<Vec<_>>()[..]
        else {
            panic!("{function}: one statement about logs")
        };

        assert_eq!(
            log["Action"],
            json!(["logs:CreateLogStream", "logs:PutLogEvents"]),
            "{function}"
        );
        assert_eq!(
            log["Resource"],
            json!({ "Fn::GetAtt": [sibling(function, "LogGroup"), "Arn"] }),
            "{function}"
        );
    }
}

#[test]
fn item_sync_may_be_fed_from_the_stream_and_report_what_failed() {
    let template = Template::load();

    let feeding: Vec<_> = statements(&template, ITEM_SYNC)
        .into_iter()
        .filter(|statement| {
            is_of_the_platform(&template, ITEM_SYNC, statement) && !begins(statement, "logs:")
        })
        .map(|statement| strings(&statement["Action"]))
        .collect();

    let reads = [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ];
    assert_eq!(
        feeding,
        [
            reads.map(str::to_owned).into(),
            BTreeSet::from(["sqs:SendMessage".to_owned()])
        ]
    );
}

fn statements<'a>(template: &'a Template, function: &str) -> Vec<&'a Value> {
    let policies = template.properties(&sibling(function, "Role"))["Policies"]
        .as_array()
        .unwrap();
    policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .collect()
}

/// Whether Lambda itself makes the calls of a statement in the function's name: to log, or to feed it.
fn is_of_the_platform(template: &Template, function: &str, statement: &Value) -> bool {
    let feeds = template
        .resources("AWS::Lambda::EventSourceMapping")
        .into_iter()
        .any(|(_, mapping)| {
            let properties = &mapping["Properties"];
            let resource = &statement["Resource"];
            properties["FunctionName"]["Ref"] == function
                && [
                    &properties["EventSourceArn"],
                    &properties["DestinationConfig"]["OnFailure"]["Destination"],
                ]
                .contains(&resource)
        });
    feeds || begins(statement, "logs:")
}

fn begins(statement: &Value, service: &str) -> bool {
    strings(&statement["Action"])
        .iter()
        .all(|action| action.starts_with(service))
}

/// What a statement's resource belongs to. It is a whole resource of the template, one of its known indexes, or a
/// parameter; anything else is not exact enough.
fn logical_id(resource: &Value) -> String {
    if let Some(parameter) = resource["Ref"].as_str() {
        return parameter.to_owned();
    }
    if let [Value::String(name), Value::String(attribute)] = &resource["Fn::GetAtt"]
        .as_array()
        .cloned()
        .unwrap_or_default()[..]
        && attribute == "Arn"
    {
        return name.clone();
    }
    let (table, index) = resource["Fn::Sub"]
        .as_str()
        .and_then(|text| text.strip_prefix("${")?.split_once(".Arn}/index/"))
        .unwrap_or_else(|| panic!("{resource} is not exact"));
    assert!(
        [BY_DUE, BY_OWNER].contains(&index),
        "{index} is no index of the store"
    );
    table.to_owned()
}

/// The tables and the secret of the environment.
fn named_in_environment(template: &Template, function: &str) -> BTreeSet<String> {
    let variables = template.properties(function)["Environment"]["Variables"]
        .as_object()
        .unwrap();
    let references = variables.values().filter_map(|value| value["Ref"].as_str());
    references
        .filter(|name| name.ends_with("Table") || *name == "PluggySecretArn")
        .map(str::to_owned)
        .collect()
}
