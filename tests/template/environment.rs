//! The environment of each function: it has every variable that the code reads.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use runtime::env::{Environment, Error};
use serde_json::Value;

use crate::functions::{
    CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, DISCOVERY, ERASURE, INSPECT, ITEM_STATUS, ITEM_SYNC,
    OPERATOR, PUBLISH, REPUBLISH, SCHEDULER, WEBHOOK, WEBHOOK_REGISTRATION,
};
use crate::publishing;
use crate::template::Template;

#[test]
fn connect_events_gets_every_variable_that_it_reads() {
    check(CONNECT_EVENTS, connect_events::Config::from_env);
}

#[test]
fn connect_token_gets_every_variable_that_it_reads() {
    check(CONNECT_TOKEN, connect_token::Config::from_env);
}

#[test]
fn disconnect_gets_every_variable_that_it_reads() {
    check(DISCONNECT, disconnect::Config::from_env);
}

#[test]
fn item_status_gets_every_variable_that_it_reads() {
    check(ITEM_STATUS, item_status::Config::from_env);
}

#[test]
fn item_sync_gets_every_variable_that_it_reads() {
    check(ITEM_SYNC, item_sync::Config::from_env);
}

#[test]
fn discovery_gets_every_variable_that_it_reads() {
    check(DISCOVERY, discovery::Config::from_env);
}

#[test]
fn erasure_gets_every_variable_that_it_reads() {
    check(ERASURE, erasure::Config::from_env);
}

#[test]
fn inspect_gets_every_variable_that_it_reads() {
    check(INSPECT, inspect::Config::from_env);
}

#[test]
fn operator_gets_every_variable_that_it_reads() {
    check(OPERATOR, operator::Config::from_env);
}

#[test]
fn publish_gets_every_variable_that_it_reads() {
    check(PUBLISH, publish::Config::from_env);
}

#[test]
fn republish_gets_every_variable_that_it_reads() {
    check(REPUBLISH, publish::republish::Config::from_env);
}

#[test]
fn scheduler_gets_every_variable_that_it_reads() {
    check(SCHEDULER, scheduler::Config::from_env);
}

#[test]
fn webhook_registration_gets_every_variable_that_it_reads() {
    check(WEBHOOK_REGISTRATION, webhook_registration::Config::from_env);
}

#[test]
fn webhook_gets_every_variable_that_it_reads() {
    check(WEBHOOK, webhook::Config::from_env);
}

fn check<C>(function: &str, from_env: impl Fn(&Environment) -> Result<C, Error>) {
    let given = variables(&Template::load(), function);
    let names: BTreeSet<_> = given.keys().cloned().collect();
    let asked = Rc::new(RefCell::new(BTreeSet::new()));
    let environment = Environment::from_lookup({
        let asked = Rc::clone(&asked);
        move |name| {
            asked.borrow_mut().insert(name.to_owned());
            given.get(name).cloned()
        }
    });

    let config = from_env(&environment);

    assert_eq!(config.err(), None, "{function} does not start");
    assert_eq!(*asked.borrow(), names, "{function}");
}

/// Returns the function's environment in a deployment that sets only the parameters without a default.
fn variables(template: &Template, function: &str) -> BTreeMap<String, String> {
    let variables = &template.properties(function)["Environment"]["Variables"];
    variables
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), resolve(template, value)))
        .collect()
}

fn resolve(template: &Template, value: &Value) -> String {
    match value["Ref"].as_str() {
        Some("PluggyClientId") => "11111111-0000-4000-8000-000000000003".to_owned(),
        Some("PluggySecretName") => "pluggy-lambda/test".to_owned(),
        Some("PublishDeadLetterQueue") => {
            "https://sqs.sa-east-1.amazonaws.com/123456789012/publish-dead-letters".to_owned()
        }
        Some(name) => template
            .default_of(name)
            .unwrap_or_else(|| format!("the-{name}")),
        None if *publishing::without_condition(value) == publishing::bus() => {
            "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda".to_owned()
        }
        None if value["Fn::GetAtt"] == serde_json::json!(["ErasureSecret", "Id"]) => {
            "arn:aws:secretsmanager:sa-east-1:123456789012:secret:ErasureSecret-AbCdEf".to_owned()
        }
        None => {
            assert_eq!(
                value["Fn::GetAtt"],
                serde_json::json!(["WebhookFunctionUrl", "FunctionUrl"])
            );
            "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.sa-east-1.on.aws/".to_owned()
        }
    }
}
