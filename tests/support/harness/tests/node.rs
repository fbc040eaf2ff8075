//! A handler in Node.js under the harness, like the functions in Rust. It needs `node`, and so has its own feature.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::time::Duration;

use harness::{Function, FunctionSettings, Outcome, node_bootstrap};
use runtime::env::Environment;
use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the settings of a handler in Node.js, in its deployment folder.
fn settings(folder: &str, handler: &str) -> FunctionSettings {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = Environment::of_process().optional("PATH");
    FunctionSettings::new("node", node_bootstrap())
        .with("PATH", path.unwrap_or_default())
        .with("LAMBDA_TASK_ROOT", here.join(folder).to_str().unwrap())
        .with("_HANDLER", handler)
}

async fn started(handler: &str) -> Function {
    Function::start(settings("tests/node", handler))
        .await
        .unwrap()
}

async fn outcome(function: &Function, event: &Value) -> Outcome {
    let event = event.to_string();
    let answer = function.invoke(event.as_bytes(), TIMEOUT).await.unwrap();
    answer.outcome
}

/// Returns the type and message of the error that ended an invocation.
async fn error(function: &Function, event: &Value) -> (String, String) {
    let Outcome::Error(body) = outcome(function, event).await else {
        return <(String, String)>::default();
    };
    let body: Value = serde_json::from_slice(&body).unwrap();
    let field = |name: &str| body[name].as_str().unwrap().to_owned();
    (field("errorType"), field("errorMessage"))
}

#[tokio::test]
async fn one_process_answers_one_event_after_the_other() {
    let function = started("handlers.echo").await;
    let mut ids = Vec::new();

    for number in 1..=3 {
        let event = json!({ "number": number });
        let answer = function
            .invoke(event.to_string().as_bytes(), TIMEOUT)
            .await
            .unwrap()
            .json()
            .unwrap();

        assert_eq!(answer["event"], event);
        assert_eq!(answer["hasTime"], true);
        ids.push(answer["requestId"].as_str().unwrap().to_owned());
    }

    ids.dedup();
    assert_eq!((ids.len(), function.starts()), (3, 1));
}

#[tokio::test]
async fn a_handler_that_returns_nothing_answers_null() {
    let function = started("handlers.nothing").await;

    let outcome = outcome(&function, &json!({})).await;

    assert_eq!(outcome, Outcome::Response(b"null".to_vec()));
}

#[tokio::test]
async fn a_thrown_error_is_reported_and_the_process_goes_on() {
    let function = started("handlers.failing").await;

    for reason in ["the first", "the second"] {
        let error = error(&function, &json!({ "reason": reason })).await;

        assert_eq!(error, ("TypeError".to_owned(), reason.to_owned()));
    }

    assert_eq!(function.starts(), 1);
}

#[tokio::test]
async fn an_unhandled_rejection_is_reported_and_ends_the_process() {
    let function = started("handlers.forgetful").await;

    let (kind, message) = error(&function, &json!({})).await;

    assert_eq!(kind, "Runtime.UnhandledPromiseRejection");
    assert_eq!(message, "nobody waits for this");
    // The process may be exiting when the next event arrives, and then that event fails too.
    outcome(&function, &json!({})).await;
    outcome(&function, &json!({})).await;
    assert!(function.starts() > 1);
}

#[tokio::test]
async fn a_module_that_cannot_be_loaded_fails_the_first_event() {
    for (handler, expected) in [
        ("broken.handler", "this module cannot be loaded"),
        ("handlers.missing", "handlers.missing is not a function"),
        ("missing.handler", "there is no module for missing.handler"),
    ] {
        let function = started(handler).await;

        let (_, message) = error(&function, &json!({})).await;

        assert!(message.starts_with(expected), "{message}");
    }
}

#[tokio::test]
async fn a_process_that_ends_itself_has_died() {
    let function = started("handlers.dying").await;

    assert_eq!(outcome(&function, &json!({})).await, Outcome::Died);
}

#[tokio::test]
async fn the_example_of_a_consumer_starts() {
    let settings = settings("../../../examples/node", "index.handler")
        .with("PLUGGY_SECRET_NAME", "arn")
        .with("TRANSACTION_TABLE", "transactions");
    let function = Function::start(settings).await.unwrap();

    let answer = function
        .invoke(br#"{"Records":[]}"#, TIMEOUT)
        .await
        .unwrap();

    assert_eq!(answer.json(), Some(json!({ "batchItemFailures": [] })));
}
