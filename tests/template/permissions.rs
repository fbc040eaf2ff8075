//! The permissions of each function's role: exactly the calls of its code, each on the resource that the code uses.

mod calls;
mod statements;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bootstraps::Bootstrap;
use crate::functions::{
    self, CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, ERASURE, ITEM_SYNC, OPERATOR, PUBLISH,
    REPUBLISH, sibling,
};
use crate::stream::mappings;
use crate::template::{Template, contains_string, strings};

pub(crate) use calls::{Permission, calls, feeding};

use calls::{LOGGING, READING_A_STREAM, only_named};
use statements::{allowed, is_of_key, name_or_none, named_in_environment, pairs};

#[test]
fn every_role_allows_exactly_what_its_function_does() {
    let template = Template::load();

    for function in functions::ALL {
        let log = sibling(function, "LogGroup");
        let expected: BTreeSet<_> = calls(function)
            .iter()
            .chain(feeding(function))
            .flat_map(|(resource, actions)| pairs(resource, actions))
            .chain(pairs(&log, &LOGGING))
            .collect();

        assert_eq!(allowed(&template, function), expected, "{function}");
    }
}

#[test]
fn the_calls_are_those_that_are_linked_into_the_function() {
    for function in functions::ALL {
        let actions: BTreeSet<_> = calls(function)
            .iter()
            .flat_map(|(_, actions)| *actions)
            .map(ToString::to_string)
            .collect();

        assert_eq!(actions, Bootstrap::read(function).aws_calls(), "{function}");
    }
}

#[test]
fn the_calls_are_on_resources_in_the_functions_environment() {
    let template = Template::load();

    for function in functions::ALL {
        let reached: BTreeSet<_> = calls(function)
            .iter()
            .map(|(resource, _)| resource.split('/').next().unwrap())
            .chain(only_named(function).iter().copied())
            .map(str::to_owned)
            .collect();

        assert_eq!(
            reached,
            named_in_environment(&template, function),
            "{function}"
        );
    }
}

/// Guards that `publish` cannot read a table except for the markers of erased users, and that only operators invoke
/// `republish`.
#[test]
fn publish_reads_markers_alone_and_republish_no_stream() {
    let template = Template::load();
    let actions = |function: &str| -> BTreeSet<String> {
        let allowed = allowed(&template, function).into_iter();
        allowed.map(|(action, _)| action).collect()
    };

    let tables = ["EventTable", "ItemTable", "CredentialTable"];
    let of_publish = allowed(&template, PUBLISH).into_iter();
    let reaches = of_publish.filter(|(_, resource)| tables.contains(&resource.as_str()));
    assert_eq!(reaches.count(), 0);
    for action in READING_A_STREAM {
        assert!(!actions(REPUBLISH).contains(action), "{action}");
    }
    assert!(mappings(&template, REPUBLISH).is_empty());
    let callers = template.resources("AWS::Lambda::Permission").into_iter();
    let of_republish = callers.filter(|(_, permission)| {
        contains_string(&permission["Properties"], &|text| text == REPUBLISH)
    });
    assert_eq!(of_republish.count(), 0);
}

/// Prefixes of the keys of users' rows in `LimitTable`. A digest follows.
const KEY_PREFIXES: [&str; 3] = ["USER#*", "ERASED#*", "ERASURE#*"];

/// Guards that no function reaches other rows of users than it needs. A scan, which `erasure` alone makes, has no keys.
#[test]
fn the_rows_about_erased_users_are_reached_by_their_keys_alone() {
    let template = Template::load();
    let markers = json!(["ERASURES", "ERASED#*"]);
    let of_item_sync = json!(["PACE", "ERASURES", "ERASED#*", "ERASURE#*"]);
    let of_operator = json!(["USER#*", "ERASURES", "ERASED#*", "ERASURE#*"]);
    let counts = json!(["USER#*"]);

    for (function, action, keys) in [
        (CONNECT_TOKEN, "dynamodb:GetItem", &markers),
        (OPERATOR, "dynamodb:GetItem", &of_operator),
        (PUBLISH, "dynamodb:BatchGetItem", &markers),
        (PUBLISH, "dynamodb:GetItem", &markers),
        (REPUBLISH, "dynamodb:BatchGetItem", &markers),
        (REPUBLISH, "dynamodb:GetItem", &markers),
        (ITEM_SYNC, "dynamodb:BatchGetItem", &of_item_sync),
        (ITEM_SYNC, "dynamodb:GetItem", &of_item_sync),
        (CONNECT_EVENTS, "dynamodb:UpdateItem", &counts),
        (CONNECT_TOKEN, "dynamodb:UpdateItem", &counts),
        (DISCONNECT, "dynamodb:UpdateItem", &counts),
        (ERASURE, "dynamodb:DeleteItem", &of_operator),
        (ERASURE, "dynamodb:GetItem", &of_operator),
        (ERASURE, "dynamodb:UpdateItem", &of_operator),
    ] {
        let role = template.properties(&sibling(function, "Role"));
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array();
        let reads = |statement: &&Value| {
            name_or_none(&statement["Resource"]).as_deref() == Some("LimitTable")
                && strings(&statement["Action"]).contains(action)
        };
        let condition = &statements.unwrap().iter().find(reads).unwrap()["Condition"];

        let expected = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } });
        assert_eq!(*condition, expected, "{function}");
    }
}

#[test]
fn no_role_has_a_wildcard() {
    let template = Template::load();
    let roles = template.resources("AWS::IAM::Role");
    let policies = template.resources("AWS::IAM::Policy");

    for (name, role) in roles.into_iter().chain(policies) {
        let properties = &role["Properties"];

        assert!(
            !contains_string(properties, &|text| {
                text.contains('*') && !KEY_PREFIXES.contains(&text)
            }),
            "{name}"
        );
        assert_eq!(properties["ManagedPolicyArns"], Value::Null, "{name}");
    }
}

/// Guards that a team whose deployer may create bounded roles alone can deploy: the roles of the schedules, which SAM makes,
/// are roles too.
#[test]
fn every_role_has_the_boundary_of_a_deployment_that_names_one() {
    let template = Template::load();
    let parameter = json!({ "Ref": "PermissionsBoundaryArn" });

    assert_eq!(
        template.default_of("PermissionsBoundaryArn").as_deref(),
        Some("")
    );
    assert_eq!(
        template.condition("HasPermissionsBoundary"),
        &json!({ "Fn::Not": [{ "Fn::Equals": [parameter, ""] }] })
    );
    let roles = template.resources("AWS::IAM::Role");
    assert!(
        roles.len() > functions::ALL.len(),
        "of the functions and of the schedules"
    );
    for (name, role) in roles {
        assert_eq!(
            role["Properties"]["PermissionsBoundary"],
            json!({ "Fn::If": ["HasPermissionsBoundary", parameter, { "Ref": "AWS::NoValue" }] }),
            "{name}"
        );
    }
}

/// Guards that a role with the key can decrypt only what its function reads through these services.
#[test]
fn a_role_may_use_your_own_key_for_what_its_function_reaches() {
    let template = Template::load();

    for function in functions::ALL {
        let reads_secret = calls(function)
            .iter()
            .any(|(resource, _)| ["ErasureSecret", "PluggySecretName"].contains(resource));
        let via = if reads_secret {
            json!([via("dynamodb"), via("secretsmanager")])
        } else {
            via("dynamodb")
        };
        let expected = json!({
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": { "Ref": "KmsKeyArn" },
            "Condition": { "StringEquals": { "kms:ViaService": via } },
        });
        let role = template.properties(&sibling(function, "Role"));
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array();

        let of_the_key: Vec<_> = statements
            .unwrap()
            .iter()
            .filter(|s| is_of_key(s))
            .collect();

        assert_eq!(
            of_the_key,
            [&json!({ "Fn::If": ["HasKmsKey", expected, { "Ref": "AWS::NoValue" }] })],
            "{function}"
        );
    }
}

fn via(service: &str) -> Value {
    json!({ "Fn::Sub": format!("{service}.${{AWS::Region}}.${{AWS::URLSuffix}}") })
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
