//! The audit lines: every command of an operator is logged with its run, its action, its target and the caller that the
//! command line states. Of a user or of items, the line has a digest alone.

use std::time::Duration;

use runtime::clock::now;
use sandbox::Effect;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::Deployment;
use tests::deployment::WEBHOOK_URL;

use super::{Log, USER, fault};
use crate::publish::testbed::Testbed;

const RUN: &str = "2f1e0d9c-0000-4000-8000-000000000020";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000002";
const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/Operators/on-call";
const SINCE: &str = "2026-11-23T12:00:00Z";

fn stated(mut command: Value) -> Value {
    command["audit"] = json!({ "run": RUN, "caller": CALLER });
    command
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
        (
            json!({ "action": "inspect", "itemId": ITEM }),
            personal("inspect", "item", ITEM),
        ),
        (
            json!({ "action": "inspect", "clientUserId": USER }),
            personal("inspect", "user", USER),
        ),
    ] {
        let log = Log::start();

        operator::handle(&operator, stated(command), now())
            .await
            .unwrap();

        assert_eq!(audit_lines(&log), [expected]);
        log.assert_lacks(&[USER]);
    }
}

#[tokio::test]
async fn a_republish_leaves_an_audit_line() {
    let testbed = Testbed::start().await;
    let log = Log::start();

    testbed
        .command(&stated(json!({ "action": "republish", "since": SINCE })))
        .await
        .unwrap();

    assert_eq!(audit_lines(&log), [public("republish", "since", SINCE)]);
}

#[tokio::test]
async fn a_command_of_the_webhook_registration_leaves_an_audit_line() {
    let deployment = Deployment::start().await;
    let app = deployment.webhook_registration();

    for (command, action) in [
        (json!({ "action": "ensure" }), "ensure"),
        (
            json!({ "action": "ensure", "elsewhere": "delete" }),
            "ensure-and-delete-elsewhere",
        ),
        (json!({ "action": "watch" }), "watch"),
    ] {
        let log = Log::start();

        webhook_registration::handle(&app, &stated(command).to_string(), now())
            .await
            .unwrap();

        assert_eq!(audit_lines(&log), [public(action, "webhook", WEBHOOK_URL)]);
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

/// Guards the line of somebody who invokes the function without the command line.
#[tokio::test]
async fn a_command_without_a_statement_leaves_a_line_that_says_so() {
    let deployment = Deployment::start().await;
    let log = Log::start();

    let command = json!({ "action": "inspect", "itemId": ITEM });
    operator::handle(&deployment.operator(), command, now())
        .await
        .unwrap();

    let lines = audit_lines(&log);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["caller"], "not stated");
    assert_eq!(lines[0]["run.id"], Value::Null);
}

/// Guards a command's own run, which `RUN=` continues: the line has it with or without a statement.
#[tokio::test]
async fn a_command_with_a_run_is_logged_with_it() {
    let deployment = Deployment::start().await;
    let log = Log::start();

    let command = json!({ "action": "replay", "run": RUN, "itemId": ITEM });
    operator::handle(&deployment.operator(), command, now())
        .await
        .unwrap();

    assert_eq!(audit_lines(&log)[0]["run.id"], RUN);
}

/// Guards that the hourly watch, which nobody runs, is not taken for an operator's.
#[tokio::test]
async fn the_scheduled_watch_leaves_no_audit_line() {
    let deployment = Deployment::start().await;
    let log = Log::start();

    let scheduled = r#"{"action":"watch"}"#;
    webhook_registration::handle(&deployment.webhook_registration(), scheduled, now())
        .await
        .unwrap();

    assert_eq!(audit_lines(&log), [Value::Null; 0]);
}
