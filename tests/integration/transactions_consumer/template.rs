//! The template of the examples: it fits the function in Rust, and its roles allow only what is necessary.

mod backend;

use std::collections::BTreeSet;

use runtime::env::Environment;
use serde_json::{Value, json};
use transactions_rust::Config;

use super::testbed::{CREATED, DELETED, UPDATED};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/template.yaml");
const CONSUMERS: [&str; 2] = ["TransactionsRust", "TransactionsNode"];
const NOTIFY: &str = "Notify";
/// All that have a rule, a queue and a function.
const ALL: [&str; 3] = [CONSUMERS[0], CONSUMERS[1], NOTIFY];
const CREDENTIAL_TABLE: &str = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:\
                                ${AWS::AccountId}:table/${CredentialTableName}";

const SECRET_ARN: &str = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:\
                          ${PluggySecretName}-??????";

/// Returns the template. A tagged value, such as one of `!GetAtt`, is read as a text.
fn template() -> Value {
    let text = std::fs::read_to_string(TEMPLATE).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn properties<'a>(template: &'a Value, consumer: &str, resource: &str) -> &'a Value {
    let properties = &template["Resources"][format!("{consumer}{resource}")]["Properties"];
    assert!(properties.is_object(), "{consumer}{resource}");
    properties
}

#[test]
fn the_function_in_rust_has_every_variable_that_it_reads_and_no_other() {
    let template = template();
    let function = properties(&template, "TransactionsRust", "Function");
    let variables = function["Environment"]["Variables"].as_object().unwrap();
    let names: BTreeSet<String> = variables.keys().cloned().collect();

    let value = |name: &str| match name {
        "PLUGGY_BASE_URL" => "https://api.pluggy.ai",
        "PLUGGY_CLIENT_ID" => "11111111-0000-4000-8000-000000000003",
        _ => "name",
    };
    let config = |names: BTreeSet<String>| {
        let lookup = move |name: &str| names.contains(name).then(|| value(name).to_owned());
        Config::from_env(&Environment::from_lookup(lookup))
    };

    assert!(config(names.clone()).is_ok());
    for name in &names {
        let mut others = names.clone();
        others.remove(name);
        let error = config(others).unwrap_err().to_string();
        assert_eq!(error, format!("the environment variable {name} is not set"));
    }
}

#[test]
fn the_functions_have_the_client_id_that_the_secret_must_have() {
    let template = template();

    for consumer in CONSUMERS {
        let function = properties(&template, consumer, "Function");
        let variables = &function["Environment"]["Variables"];

        assert_eq!(variables["PLUGGY_CLIENT_ID"], "PluggyClientId");
        assert_eq!(variables["PLUGGY_SECRET_NAME"], "PluggySecretName");
    }
}

#[test]
fn a_role_allows_what_its_function_and_its_queue_need_and_no_more() {
    let template = template();
    let shared_key =
        ["dynamodb:GetItem", "dynamodb:PutItem"].map(|action| (action, CREDENTIAL_TABLE));

    for (consumer, more) in [(CONSUMERS[0], &shared_key[..]), (CONSUMERS[1], &[])] {
        let own = [
            ("dynamodb:DeleteItem", "Table.Arn"),
            ("dynamodb:GetItem", "Table.Arn"),
            ("dynamodb:PutItem", "Table.Arn"),
            ("dynamodb:Scan", "Table.Arn"),
            ("logs:CreateLogStream", "LogGroup.Arn"),
            ("logs:PutLogEvents", "LogGroup.Arn"),
            ("sqs:DeleteMessage", "Queue.Arn"),
            ("sqs:GetQueueAttributes", "Queue.Arn"),
            ("sqs:ReceiveMessage", "Queue.Arn"),
        ];
        let secret = ("secretsmanager:GetSecretValue", SECRET_ARN);
        let own = own.map(|(action, name)| (action.to_owned(), format!("{consumer}{name}")));
        let others = more.iter().chain([&secret]);
        let expected: BTreeSet<_> = others
            .map(|(action, resource)| ((*action).to_owned(), (*resource).to_owned()))
            .chain(own)
            .collect();

        let role = properties(&template, consumer, "Role");

        assert_eq!(allowed(&role["Policies"]), expected, "{consumer}");
    }
}

#[test]
fn notify_reaches_its_own_queue_table_and_topic_alone() {
    let template = template();
    let expected = [
        ("dynamodb:GetItem", "NotifyTable.Arn"),
        ("dynamodb:PutItem", "NotifyTable.Arn"),
        ("logs:CreateLogStream", "NotifyLogGroup.Arn"),
        ("logs:PutLogEvents", "NotifyLogGroup.Arn"),
        ("sns:Publish", "NotifyTopic"),
        ("sqs:DeleteMessage", "NotifyQueue.Arn"),
        ("sqs:GetQueueAttributes", "NotifyQueue.Arn"),
        ("sqs:ReceiveMessage", "NotifyQueue.Arn"),
    ]
    .map(|(action, resource)| (action.to_owned(), resource.to_owned()));

    let role = properties(&template, NOTIFY, "Role");
    let function = properties(&template, NOTIFY, "Function");

    assert_eq!(allowed(&role["Policies"]), BTreeSet::from(expected));
    assert_eq!(
        function["Environment"]["Variables"],
        json!({ "TABLE": "NotifyTable", "TOPIC_ARN": "NotifyTopic" })
    );
}

/// Guards against other senders: on a bus that others share, only this stack's account and source count.
#[test]
fn a_rule_takes_events_of_this_account_and_source_only() {
    let template = template();

    let transactions = json!([CREATED, UPDATED, DELETED, "user.erased"]);
    // All changes, so that notify knows an older one.
    let items = json!([{ "prefix": "item." }]);
    for (consumer, types) in [
        (CONSUMERS[0], &transactions),
        (CONSUMERS[1], &transactions),
        (NOTIFY, &items),
    ] {
        let pattern = &properties(&template, consumer, "Rule")["EventPattern"];

        assert_eq!(pattern["account"], json!(["AWS::AccountId"]), "{consumer}");
        assert_eq!(pattern["source"], json!(["pluggy-lambda"]), "{consumer}");
        assert_eq!(pattern["detail-type"], *types, "{consumer}");
    }
}

#[test]
fn a_role_may_use_the_main_stacks_key_for_what_it_shares_with_it() {
    let template = template();
    let [dynamodb, secret] = ["dynamodb", "secretsmanager"]
        .map(|service| json!(format!("{service}.${{AWS::Region}}.${{AWS::URLSuffix}}")));

    for (consumer, via) in [
        (CONSUMERS[0], json!([dynamodb, secret])),
        (CONSUMERS[1], secret.clone()),
    ] {
        let role = properties(&template, consumer, "Role");
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array();
        let of_key: Vec<_> = statements
            .unwrap()
            .iter()
            .filter(|s| is_of_key(s))
            .collect();

        let expected = json!({
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "KmsKeyArn",
            "Condition": { "StringEquals": { "kms:ViaService": via } },
        });
        assert_eq!(
            of_key,
            [&json!({ "Fn::If": ["HasKmsKey", expected, "AWS::NoValue"] })],
            "{consumer}"
        );
    }
}

#[test]
fn only_the_bus_may_send_to_a_queue_and_only_for_its_own_rule() {
    let template = template();

    for consumer in ALL {
        for queue in ["Queue", "DeadLetterQueue"] {
            let policy = properties(&template, consumer, &format!("{queue}Policy"));

            assert_eq!(policy["Queues"], json!([format!("{consumer}{queue}")]));
            assert_eq!(
                policy["PolicyDocument"]["Statement"],
                json!([{
                    "Effect": "Allow",
                    "Principal": { "Service": "events.amazonaws.com" },
                    "Action": "sqs:SendMessage",
                    "Resource": format!("{consumer}{queue}.Arn"),
                    "Condition": { "ArnEquals": { "aws:SourceArn": format!("{consumer}Rule.Arn") } },
                }])
            );
        }
    }
}

#[test]
fn failed_messages_stay_in_the_dead_letter_queue_for_the_longest_retention() {
    let template = template();
    let default = template["Globals"]["Function"]["Timeout"].as_u64().unwrap();

    for consumer in ALL {
        let function = properties(&template, consumer, "Function");
        let timeout = function["Timeout"].as_u64().unwrap_or(default);
        let dead_letters = format!("{consumer}DeadLetterQueue.Arn");
        let target = &properties(&template, consumer, "Rule")["Targets"][0];
        assert_eq!(target["Arn"], format!("{consumer}Queue.Arn"));
        assert_eq!(target["DeadLetterConfig"]["Arn"], dead_letters);

        let queue = properties(&template, consumer, "Queue");
        assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], dead_letters);
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], 5);
        // AWS advises this value, so that no message is redelivered while it is processed.
        assert_eq!(queue["VisibilityTimeout"], 6 * timeout);

        for queue in ["Queue", "DeadLetterQueue"] {
            let queue = properties(&template, consumer, queue);
            assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
            assert_eq!(queue["SqsManagedSseEnabled"], true);
        }
        let mappings = function["Events"].as_object().unwrap();
        let [mapping] = mappings.values().collect::<Vec<_>>()[..] else {
            panic!("one mapping of {consumer}")
        };
        let mapping = &mapping["Properties"];
        assert_eq!(mapping["Queue"], format!("{consumer}Queue.Arn"));
        // A message that takes all the time leaves no other message unprocessed.
        assert_eq!(mapping["BatchSize"], 1);
        // notify throws: with one message, that is the same.
        let reports = match consumer {
            NOTIFY => Value::Null,
            _ => json!(["ReportBatchItemFailures"]),
        };
        assert_eq!(mapping["FunctionResponseTypes"], reports);
    }
}

/// Whether a statement is in the role only with a key of your own.
fn is_of_key(statement: &Value) -> bool {
    statement["Fn::If"][0] == "HasKmsKey"
}

/// Returns every action that the policies of a role allow, with its resource. Leaves out the key.
fn allowed(policies: &Value) -> BTreeSet<(String, String)> {
    let policies = policies.as_array().unwrap().iter();
    let statements =
        policies.flat_map(|one| one["PolicyDocument"]["Statement"].as_array().unwrap());
    let mut allowed = BTreeSet::new();
    for statement in statements.filter(|statement| !is_of_key(statement)) {
        let resource = statement["Resource"].as_str().unwrap();
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            action => vec![action.clone()],
        };
        for action in actions {
            allowed.insert((action.as_str().unwrap().to_owned(), resource.to_owned()));
        }
    }
    allowed
}
