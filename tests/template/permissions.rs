//! The permissions of each function's role: exactly the calls of its code, each on the resource that the code uses.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bootstraps::Bootstrap;
use crate::functions::{
    self, CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, DISCOVERY, ERASURE, INSPECT, ITEM_STATUS,
    ITEM_SYNC, OPERATOR, PUBLISH, REPUBLISH, SCHEDULER, WEBHOOK, WEBHOOK_REGISTRATION, sibling,
};
use crate::publishing;
use crate::stream::mappings;
use crate::template::{Template, contains_string, strings};

/// A resource, and the actions on it.
pub(crate) type Permission = (&'static str, &'static [&'static str]);

/// Returns the calls that a function's code makes.
pub(crate) fn calls(function: &str) -> &'static [Permission] {
    match function {
        CONNECT_TOKEN => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("ItemTable", &["dynamodb:GetItem"]),
            ("LimitTable", &["dynamodb:GetItem", "dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        DISCONNECT => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("EventTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ItemTable", &["dynamodb:GetItem"]),
            ("LimitTable", &["dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        ITEM_STATUS => &[
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
        ],
        ITEM_SYNC => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            (
                "ItemTable",
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
            ),
            (
                "LimitTable",
                &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
            ),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        DISCOVERY => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("EventTable", &["dynamodb:PutItem"]),
            ("ItemTable", &["dynamodb:BatchGetItem"]),
            ("LimitTable", &["dynamodb:GetItem", "dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        ERASURE => &OF_ERASURE,
        // Reads of these two tables only.
        INSPECT => &[
            ("EventTable", &["dynamodb:Query"]),
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
        ],
        OPERATOR => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            (
                "EventTable",
                &[
                    "dynamodb:DescribeTable",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                ],
            ),
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
            ("LimitTable", &["dynamodb:GetItem"]),
        ],
        PUBLISH => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
            ("LimitTable", &["dynamodb:BatchGetItem"]),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        REPUBLISH => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
            ("EventTable", &["dynamodb:DescribeTable", "dynamodb:Scan"]),
            ("ItemTable", &["dynamodb:DescribeTable", "dynamodb:Scan"]),
            ("LimitTable", &["dynamodb:BatchGetItem"]),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        SCHEDULER => &[
            ("EventTable", &["dynamodb:PutItem"]),
            ("ItemTable/index/byNextFetch", &["dynamodb:Query"]),
            ("LimitTable", &["dynamodb:GetItem"]),
        ],
        WEBHOOK_REGISTRATION => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        CONNECT_EVENTS => &[
            ("EventTable", &["dynamodb:PutItem"]),
            ("LimitTable", &["dynamodb:UpdateItem"]),
        ],
        WEBHOOK => &[("EventTable", &["dynamodb:PutItem"])],
        _ => panic!("{function} is new: what does its code call?"),
    }
}

/// The calls of `erasure`.
const OF_ERASURE: [Permission; 8] = [
    ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
    ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
    ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
    (
        "EventTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    (
        "ItemTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    ("ItemTable/index/byOwner", &["dynamodb:Query"]),
    (
        "LimitTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
];

/// Returns the resources whose names a function's code writes, although it does not call them.
fn only_named(function: &str) -> &'static [&'static str] {
    match function {
        // An event names the table of a body that does not fit.
        PUBLISH => &["EventTable"],
        _ => &[],
    }
}

/// The secret of this name, in the stack's own account and region. Secrets Manager appends a hyphen and six
/// characters.
const SECRET_ARN: &str = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:\
                          ${PluggySecretName}-??????";

/// Returns the calls that Lambda makes with the function's role to deliver records to it.
pub(crate) fn feeding(function: &str) -> &'static [Permission] {
    match function {
        ITEM_SYNC => &[
            ("EventTable/stream", &READING_A_STREAM),
            ("ItemSyncFailureQueue", &["sqs:SendMessage"]),
        ],
        PUBLISH => &[
            ("EventTable/stream", &READING_A_STREAM),
            ("ItemTable/stream", &READING_A_STREAM),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        _ => &[],
    }
}

const READING_A_STREAM: [&str; 4] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

/// Calls with which Lambda writes the log with the function's role.
const LOGGING: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

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
        (REPUBLISH, "dynamodb:BatchGetItem", &markers),
        (ITEM_SYNC, "dynamodb:BatchGetItem", &of_item_sync),
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

/// Whether a statement is in the role only with a key of your own.
fn is_of_key(statement: &Value) -> bool {
    statement["Fn::If"][0] == "HasKmsKey"
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

/// Returns every action that the function's role allows, with its resource: by the role itself and by the policies
/// that are attached to it. Leaves out the key.
fn allowed(template: &Template, function: &str) -> BTreeSet<(String, String)> {
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

fn pairs(resource: &str, actions: &[&str]) -> Vec<(String, String)> {
    actions
        .iter()
        .map(|action| ((*action).to_owned(), resource.to_owned()))
        .collect()
}

/// Returns a statement's resource as the table above names it: a whole resource of the template, the stream or an
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

fn name_or_none(resource: &Value) -> Option<String> {
    let is_whole = resource["Fn::GetAtt"].is_array();
    is_whole.then(|| name(resource))
}

/// Returns the tables, the queue, the bus and the secrets that the environment names.
fn named_in_environment(template: &Template, function: &str) -> BTreeSet<String> {
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
