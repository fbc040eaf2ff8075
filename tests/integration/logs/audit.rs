//! The audit lines: every command of an operator is logged with its run, its action, a digest of its target and the
//! caller that the command line states.

use std::fmt::Write as _;

use runtime::clock::now;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::Deployment;
use tests::deployment::WEBHOOK_URL;
use webhook_registration::Invocation;

use super::{Log, USER};
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

fn line(action: &str, kind: &str, target: &str) -> Value {
    let digest = Sha256::digest(target.as_bytes());
    let digits = digest.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    });
    json!({
        "message": "operator command",
        "run.id": RUN,
        "action": action,
        "target.kind": kind,
        "target.sha256": digits,
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
            line("replay", "item", ITEM),
        ),
        (
            json!({ "action": "replay", "run": RUN, "clientUserId": USER }),
            line("replay", "user", USER),
        ),
        (
            json!({ "action": "replay", "run": RUN, "since": SINCE }),
            line("replay", "since", SINCE),
        ),
        (
            json!({ "action": "import", "run": RUN, "items": items }),
            line("import", "items", &format!("{ITEM},{USER}\n{OTHER_ITEM},")),
        ),
        (
            json!({ "action": "inspect", "itemId": ITEM }),
            line("inspect", "item", ITEM),
        ),
        (
            json!({ "action": "inspect", "clientUserId": USER }),
            line("inspect", "user", USER),
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

    assert_eq!(audit_lines(&log), [line("republish", "since", SINCE)]);
}

#[tokio::test]
async fn a_command_of_the_webhook_registration_leaves_an_audit_line() {
    let deployment = Deployment::start().await;
    let app = deployment.webhook_registration();

    for action in ["ensure", "watch"] {
        let log = Log::start();
        let invocation = Invocation::try_from(stated(json!({ "action": action }))).unwrap();

        webhook_registration::handle(&app, invocation, now())
            .await
            .unwrap();

        assert_eq!(audit_lines(&log), [line(action, "webhook", WEBHOOK_URL)]);
    }
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

/// Guards that the hourly watch, which nobody runs, is not taken for an operator's.
#[tokio::test]
async fn the_scheduled_watch_leaves_no_audit_line() {
    let deployment = Deployment::start().await;
    let log = Log::start();

    let scheduled = Invocation::try_from(json!({ "action": "watch" })).unwrap();
    webhook_registration::handle(&deployment.webhook_registration(), scheduled, now())
        .await
        .unwrap();

    assert_eq!(audit_lines(&log), [Value::Null; 0]);
}
