//! The audit lines: every command of an operator is logged with its run, its action, its target and the caller that the
//! command line states. Of a user or of items, the line has a digest alone.

use std::time::Duration;

use runtime::clock::now;
use sandbox::Effect;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::deployment::{WEBHOOK_URL, in_a_minute};
use tests::{Deployment, sample};

use super::{Log, USER, fault};
use crate::inspect::inspected;
use crate::publish::testbed::Testbed;

const RUN: &str = "2f1e0d9c-0000-4000-8000-000000000020";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000002";
const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/Operators/on-call";
const SINCE: &str = "2026-11-23T12:00:00Z";
/// A URL where nothing listens.
const NOWHERE: &str = "http://127.0.0.1:9/";

fn stated(mut command: Value) -> Value {
    command["audit"] = json!({ "run": RUN, "caller": CALLER });
    command
}

/// Returns a command with what the command line states, and as somebody sends it who does without the command line;
/// each with its audit line.
fn with_and_without_statement(command: Value, line: Value) -> [(Value, Value); 2] {
    let mut unstated = line.clone();
    unstated["caller"] = "not stated".into();
    if command.get("run").is_none() {
        unstated.as_object_mut().unwrap().remove("run.id");
    }
    [(stated(command.clone()), line), (command, unstated)]
}

/// Returns the audit lines of a log.
fn audit_lines(log: &Log) -> Vec<Value> {
    log.text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"].take())
        .filter(|fields| fields["message"] == "operator command")
        .collect()
}

/// Returns the line of a command about a user or items.
fn personal(action: &str, kind: &str, target: &str) -> Value {
    let digest = hex::encode(Sha256::digest(target.as_bytes()));
    line(action, kind, "target.sha256", &digest)
}

/// Returns the line of a command whose target is no user's.
fn public(action: &str, kind: &str, target: &str) -> Value {
    line(action, kind, "target.text", target)
}

fn line(action: &str, kind: &str, attribute: &str, target: &str) -> Value {
    json!({
        "message": "operator command",
        "run.id": RUN,
        "action": action,
        "target.kind": kind,
        attribute: target,
        "caller": CALLER,
    })
}

#[tokio::test]
async fn every_command_of_the_operator_function_leaves_an_audit_line() {
    let deployment = Deployment::start().await;
    let operator = deployment.operator();
    let items = json!([{ "itemId": ITEM, "clientUserId": USER }, { "itemId": OTHER_ITEM }]);

    for (command, expected) in [
        (
            json!({ "action": "replay", "run": RUN, "itemId": ITEM }),
            personal("replay", "item", ITEM),
        ),
        (
            json!({ "action": "replay", "run": RUN, "clientUserId": USER }),
            personal("replay", "user", USER),
        ),
        (
            json!({ "action": "replay", "run": RUN, "since": SINCE }),
            public("replay", "since", SINCE),
        ),
        (
            json!({ "action": "import", "run": RUN, "items": items }),
            personal("import", "items", &format!("{ITEM},{USER}\n{OTHER_ITEM},")),
        ),
    ] {
        for (command, expected) in with_and_without_statement(command, expected) {
            let log = Log::start();

            operator::handle(&operator, command, now(), in_a_minute())
                .await
                .unwrap();

            assert_eq!(audit_lines(&log), [expected]);
            log.assert_lacks(&[USER]);
        }
    }
}

#[tokio::test]
async fn every_inspection_leaves_an_audit_line() {
    let deployment = Deployment::start().await;

    for (command, expected) in [
        (
            json!({ "action": "inspect", "itemId": ITEM }),
            personal("inspect", "item", ITEM),
        ),
        (
            json!({ "action": "inspect", "clientUserId": USER }),
            personal("inspect", "user", USER),
        ),
    ] {
        for (command, expected) in with_and_without_statement(command, expected) {
            let log = Log::start();

            inspected(&deployment, command).await;

            assert_eq!(audit_lines(&log), [expected]);
            log.assert_lacks(&[USER]);
        }
    }
}

/// Guards that a view of the dashboard is logged like a command. Who views is in `CloudTrail` alone.
#[tokio::test]
async fn a_search_on_the_dashboard_leaves_an_audit_line_for_each_lookup() {
    let deployment = Deployment::start().await;
    let mut event = sample::json("inspect/widget.json");
    let log = Log::start();

    inspected(&deployment, event.clone()).await;
    event["search"] = true.into();
    event["widgetContext"]["forms"]["all"]["query"] = ITEM.into();
    inspected(&deployment, event).await;

    let unstated = |kind: &str| {
        let mut line = personal("inspect", kind, ITEM);
        line["caller"] = "not stated".into();
        line.as_object_mut().unwrap().remove("run.id");
        line
    };
    assert_eq!(audit_lines(&log), [unstated("item"), unstated("user")]);
}

#[tokio::test]
async fn a_republish_leaves_an_audit_line() {
    let testbed = Testbed::start().await;
    let command = json!({ "action": "republish", "since": SINCE });
    let expected = public("republish", "since", SINCE);

    for (command, expected) in with_and_without_statement(command, expected) {
        let log = Log::start();

        testbed.command(&command).await.unwrap();

        assert_eq!(audit_lines(&log), [expected]);
    }
}

/// Guards also that the hourly watch, which nobody runs and which states nothing, is not taken for an operator's.
#[tokio::test]
async fn a_command_of_the_webhook_registration_leaves_an_audit_line() {
    let deployment = Deployment::start().await;

    for (command, action, url) in [
        (json!({ "action": "ensure" }), "ensure", WEBHOOK_URL),
        (
            json!({ "action": "ensure", "elsewhere": "delete" }),
            "ensure-and-delete-elsewhere",
            WEBHOOK_URL,
        ),
        (
            json!({ "action": "test-delivery" }),
            "test-delivery",
            NOWHERE,
        ),
        (json!({ "action": "watch" }), "watch", WEBHOOK_URL),
    ] {
        let app = deployment.webhook_registration_of(url);
        let expected = public(action, "webhook", url);
        for (command, expected) in with_and_without_statement(command, expected) {
            let is_scheduled = action == "watch" && command.get("audit").is_none();
            let log = Log::start();

            let done = webhook_registration::handle(&app, &command.to_string(), now()).await;

            assert_eq!(done.is_err(), url == NOWHERE, "{action}: {done:?}");
            let expected = (!is_scheduled).then_some(expected);
            assert_eq!(audit_lines(&log), Vec::from_iter(expected), "{action}");
        }
    }
}

/// Guards a command that ends the invocation before it is carried out: a slow Pluggy lets the function time out.
#[tokio::test]
async fn a_command_is_logged_before_pluggy_is_called() {
    let deployment = Deployment::start().await;
    deployment
        .pluggy
        .add_fault(fault("/webhooks", Effect::Hang));
    let app = deployment.webhook_registration();
    let log = Log::start();

    let command = stated(json!({ "action": "ensure", "elsewhere": "delete" })).to_string();
    let handling = webhook_registration::handle(&app, &command, now());
    let ended = tokio::time::timeout(Duration::from_millis(500), handling).await;

    assert!(ended.is_err(), "the invocation is cut off");
    assert_eq!(audit_lines(&log).len(), 1);
}
