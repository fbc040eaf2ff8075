//! The cost of publishing: the built function under the harness with a DynamoDB engine and a fake EventBridge, without
//! TLS and network.
//! Prints one table. Each figure is from one run on one machine, so compare rows and not runs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and prints what it measures"
)]

use std::path::Path;
use std::time::Duration;

use bench::statistics::{millions, milliseconds, percentile, sorted};
use harness::{Bootstraps, EventBus, Function, Outcome, Queue};
use runtime::env::Environment;
use serde_json::{Value, json};
use tests::function_settings::function_settings;
use tests::{Tables, stream};

const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";
const TIMEOUT: Duration = Duration::from_secs(30);
const INVOCATIONS: usize = 300;
const WARM_UP: usize = 20;

/// A kind of batch.
struct Case {
    name: &'static str,
    records: Vec<Value>,
}

/// The cost over all invocations.
struct Cost {
    p50: Duration,
    p99: Duration,
    cpu: Duration,
    log_bytes: usize,
    requests: usize,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let queue = Queue::start("publish-dead-letters", 1).await.unwrap();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let bootstraps = Bootstraps::of_environment(&Environment::of_process(), root);
    let tables = Tables::create().await;
    let settings = function_settings("publish", bootstraps.path("publish"), &tables)
        .with("AWS_ENDPOINT_URL_DYNAMODB", tables.url.as_deref().unwrap())
        .with("AWS_ENDPOINT_URL_EVENTBRIDGE", bus.url())
        .with("AWS_ENDPOINT_URL_SQS", queue.endpoint())
        .with("DEAD_LETTER_QUEUE_URL", queue.url())
        .with("EVENT_BUS", bus.arn());
    let function = Function::start(settings).await.unwrap();
    let mut costs = Vec::new();
    for case in cases() {
        costs.push((case.name, measure(&function, &bus, &case).await));
    }
    println!("| batch | requests | p50 ms | p99 ms | CPU ms | log bytes |");
    println!("|---|---|---|---|---|---|");
    for (name, cost) in costs {
        println!(
            "| {name} | {} | {:.2} | {:.2} | {:.2} | {} |",
            cost.requests,
            milliseconds(cost.p50),
            milliseconds(cost.p99),
            milliseconds(cost.cpu),
            cost.log_bytes,
        );
    }
    let peak = function.usage().await.unwrap().peak_memory;
    println!("\npeak memory {:.1} MB", millions(peak));
}

fn cases() -> Vec<Case> {
    let webhooks = |count: usize, items: usize| {
        let images: Vec<Value> = (0..count)
            .map(|number| webhook(number, number % items))
            .collect();
        let batch = serde_json::to_value(stream::batch_of_images(&images)).unwrap();
        let records = batch.get("Records").unwrap();
        records.as_array().unwrap().clone()
    };
    vec![
        Case {
            name: "empty, what any invocation costs",
            records: Vec::new(),
        },
        Case {
            name: "1 webhook",
            records: webhooks(1, 1),
        },
        Case {
            name: "10 webhooks of 10 items",
            records: webhooks(10, 10),
        },
        Case {
            name: "100 webhooks of 100 items",
            records: webhooks(100, 100),
        },
        Case {
            name: "100 webhooks of 1 item",
            records: webhooks(100, 1),
        },
    ]
}

fn webhook(number: usize, item: usize) -> Value {
    let item = format!("9a7b6c5d-0000-4000-8000-{item:012}");
    let body = json!({
        "event": "transactions/created", "eventId": number.to_string(), "itemId": item,
        "accountId": "aaaa6c5d-0000-4000-8000-000000000002", "transactionsCount": 332,
        "transactionsCreatedAtFrom": "2026-02-13T17:21:53.719Z",
        "createdTransactionsLink": "https://api.pluggy.ai/transactions?accountId=aaaa6c5d-0000-4000-8000-000000000002",
    });
    json!({
        "pk": {"S": format!("ITEM#{item}")}, "sk": {"S": number.to_string()},
        "event": {"S": "transactions/created"}, "origin": {"S": "webhook"},
        "receivedAt": {"N": "1795435200000"}, "expiresAt": {"N": "1798027200"},
        "bodyEncoding": {"S": "identity"}, "body": {"B": base64(&body.to_string())},
    })
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

async fn measure(function: &Function, bus: &EventBus, case: &Case) -> Cost {
    let event = json!({ "Records": case.records }).to_string();
    let invoke = async || {
        let answer = function.invoke(event.as_bytes(), TIMEOUT).await.unwrap();
        let Outcome::Response(body) = answer.outcome else {
            panic!("{:?}", answer.outcome)
        };
        assert_eq!(body, br#"{"batchItemFailures":[]}"#);
        answer.took
    };
    for _ in 0..WARM_UP {
        invoke().await;
    }
    let before = function.usage().await.unwrap();
    let (lines, requests) = (bytes(&function.lines()), bus.requests());
    let mut times = Vec::with_capacity(INVOCATIONS);
    for _ in 0..INVOCATIONS {
        times.push(invoke().await);
    }
    let times = sorted(times);
    let invocations = u32::try_from(INVOCATIONS).unwrap();
    let after = function.usage().await.unwrap();
    Cost {
        p50: percentile(&times, 50),
        p99: percentile(&times, 99),
        cpu: after.cpu.saturating_sub(before.cpu) / invocations,
        log_bytes: (bytes(&function.lines()) - lines) / INVOCATIONS,
        requests: (bus.requests() - requests) / INVOCATIONS,
    }
}

fn bytes(lines: &[String]) -> usize {
    lines.iter().map(|line| line.len() + 1).sum()
}
