//! Delivery of the events to a backend outside AWS.

use serde_json::{Value, json};

use super::{allowed, properties, template};

const BACKEND: &str = "Backend";

#[test]
fn a_backend_gets_what_concerns_connections_of_this_stack_alone() {
    let template = template();

    let rule = properties(&template, BACKEND, "Rule");

    assert_eq!(
        rule["EventPattern"],
        json!({
            "account": ["AWS::AccountId"],
            "source": ["pluggy-lambda"],
            "detail-type": [{ "prefix": "item." }, { "prefix": "consent." }, "user.erased"],
        })
    );
}

#[test]
fn an_event_that_the_backend_does_not_take_is_retried_for_a_day_and_then_kept() {
    let template = template();

    let target = &properties(&template, BACKEND, "Rule")["Targets"][0];
    let queue = properties(&template, BACKEND, "DeadLetterQueue");
    let policy = properties(&template, BACKEND, "DeadLetterQueuePolicy");

    assert_eq!(
        target["RetryPolicy"]["MaximumEventAgeInSeconds"],
        24 * 60 * 60
    );
    assert_eq!(
        target["DeadLetterConfig"]["Arn"],
        "BackendDeadLetterQueue.Arn"
    );
    assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(
        policy["PolicyDocument"]["Statement"],
        json!([{
            "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": "BackendDeadLetterQueue.Arn",
            "Condition": { "ArnEquals": { "aws:SourceArn": "BackendRule.Arn" } },
        }])
    );
}

/// Guards the example of a receiver, which reads `type`, `detail` and this header.
#[test]
fn the_request_is_what_the_receiver_reads() {
    let template = template();

    let target = &properties(&template, BACKEND, "Rule")["Targets"][0]["InputTransformer"];
    let sent = target["InputTemplate"].as_str().unwrap();
    let sent = sent
        .replace("<type>", r#""item.ready""#)
        .replace("<detail>", r#"{ "schemaVersion": 1 }"#);
    let connection = &properties(&template, BACKEND, "Connection")["AuthParameters"];

    assert_eq!(
        serde_json::from_str::<Value>(&sent).unwrap(),
        json!({ "type": "item.ready", "detail": { "schemaVersion": 1 } })
    );
    assert_eq!(
        target["InputPathsMap"],
        json!({ "type": "$.detail-type", "detail": "$.detail" })
    );
    assert_eq!(
        connection["ApiKeyAuthParameters"]["ApiKeyName"],
        "x-events-key"
    );
}

#[test]
fn the_key_is_made_by_aws_and_is_in_no_template_and_no_parameter() {
    let template = template();

    let key = properties(&template, BACKEND, "Key");
    let connection = &properties(&template, BACKEND, "Connection")["AuthParameters"];

    assert_eq!(key["SecretString"], Value::Null);
    assert_eq!(key["GenerateSecretString"]["PasswordLength"], 64);
    assert_eq!(
        connection["ApiKeyAuthParameters"]["ApiKeyValue"],
        "{{resolve:secretsmanager:${BackendKey}}}"
    );
}

#[test]
fn the_rule_may_call_the_backend_and_nothing_else() {
    let template = template();

    let role = properties(&template, BACKEND, "Role");

    assert_eq!(
        allowed(&role["Policies"]).into_iter().collect::<Vec<_>>(),
        [(
            "events:InvokeApiDestination".to_owned(),
            "BackendDestination.Arn".to_owned()
        )]
    );
    assert_eq!(
        role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"],
        json!({ "Service": "events.amazonaws.com" })
    );
}

#[test]
fn nothing_leaves_aws_unless_the_deployment_names_a_backend() {
    let template = template();
    let resources = template["Resources"].as_object().unwrap();
    let of_the_backend: Vec<_> = resources
        .iter()
        .filter(|(id, _)| id.starts_with(BACKEND))
        .collect();

    assert!(of_the_backend.len() > 5, "{of_the_backend:?}");
    for (id, resource) in of_the_backend {
        assert_eq!(resource["Condition"], "HasBackend", "{id}");
    }
    assert_eq!(template["Parameters"]["BackendEventsUrl"]["Default"], "");
}
