//! The fakes behave like the real services, as seen by official clients.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use harness::{
    Dialect, Fault, FaultProxy, Function, FunctionSettings, Outcome, Plan, Reply, RuntimeApi,
    SecretsManager, Severance,
};
use tokio::task::JoinSet;

const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn the_official_client_reads_the_secret_and_no_other() {
    let service = SecretsManager::start("pluggy-lambda/test", "the value")
        .await
        .unwrap();
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(service.url())
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
    let read = async |arn: &str| client.get_secret_value().secret_id(arn).send().await;

    let first = read("pluggy-lambda/test").await.unwrap();
    service.set("pluggy-lambda/test", "another value");
    let second = read("pluggy-lambda/test").await.unwrap();
    let other = read("arn:of:another").await.unwrap_err();

    assert_eq!(first.secret_string(), Some("the value"));
    assert_eq!(second.secret_string(), Some("another value"));
    assert!(other.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn an_event_is_handed_over_once_and_answered_by_its_id() {
    let api = RuntimeApi::start().await.unwrap();
    let url = format!("http://{}/2018-06-01/runtime/invocation", api.address());
    let client = reqwest::Client::builder().build().unwrap();

    let reply = api.submit("webhook", b"{}".to_vec(), TIMEOUT);
    let next = client.get(format!("{url}/next")).send().await.unwrap();
    let header = |name: &str| next.headers()[name].to_str().unwrap().to_owned();
    let id = header("Lambda-Runtime-Aws-Request-Id");
    assert!(header("Lambda-Runtime-Invoked-Function-Arn").ends_with(":function:webhook"));
    assert!(header("Lambda-Runtime-Trace-Id").starts_with("Root=1-"));
    let deadline: i64 = header("Lambda-Runtime-Deadline-Ms").parse().unwrap();
    assert!(deadline > runtime::clock::now().as_millisecond());
    assert_eq!(next.bytes().await.unwrap(), "{}");
    let answered = async |id: &str| {
        let answer = client.post(format!("{url}/{id}/response")).body("done");
        answer.send().await.unwrap().status().as_u16()
    };

    let statuses = [
        answered("00000000-0000-4000-8000-000000000000").await,
        answered(&id).await,
        answered(&id).await,
    ];

    assert_eq!(statuses, [400, 202, 400]);
    assert!(matches!(reply.await.unwrap(), Reply::Response(body, _) if body == b"done"));
}

#[tokio::test]
async fn a_process_that_ends_before_it_asks_for_an_event_has_no_init() {
    let function = Function::start(FunctionSettings::new("false", "/bin/false".into()))
        .await
        .unwrap();

    assert_eq!(function.init().await, None);
    function.idle().await;
}

#[tokio::test]
async fn a_runner_runs_the_binary_and_may_write_at_its_end() {
    let script = r#"trap 'echo "ended $0"; exit' TERM; echo ready; while :; do sleep 0.01; done"#;
    let runner = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let settings = FunctionSettings::new("runner", "the-binary".into()).run_by(runner);
    let function = Function::start(settings).await.unwrap();
    while function.lines().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let lines = function.terminate().await;

    assert_eq!(lines, ["ready", "ended the-binary"]);
}

#[tokio::test]
async fn the_first_question_for_an_event_ends_init() {
    let api = RuntimeApi::start().await.unwrap();
    let url = format!(
        "http://{}/2018-06-01/runtime/invocation/next",
        api.address()
    );
    let client = reqwest::Client::builder().build().unwrap();
    let before = tokio::time::Instant::now();
    let asked = tokio::spawn(client.get(url).send());

    let first = api.first_asked().await.unwrap();
    api.waited_for().await;
    let _reply = api.submit("webhook", b"{}".to_vec(), TIMEOUT);
    asked.await.unwrap().unwrap();

    assert!(first >= before);
    assert_eq!(api.first_asked().await, Some(first));
    let waited = tokio::time::timeout(Duration::from_millis(50), api.waited_for()).await;
    assert!(
        waited.is_err(),
        "the event was taken, and none asked for since"
    );
}

#[tokio::test]
async fn a_process_that_dies_is_replaced() {
    let function = Function::start(FunctionSettings::new("false", "/bin/false".into()))
        .await
        .unwrap();

    for starts in [1, 2] {
        let answer = function.invoke(b"{}", TIMEOUT).await.unwrap();

        assert_eq!((answer.status(), answer.outcome), (502, Outcome::Died));
        assert!(function.starts() >= starts);
    }
}

/// Sends a request through a proxy with this plan. Returns the status, and the number of requests that arrived
/// upstream.
async fn proxied(plan: Plan) -> (Option<u16>, usize) {
    let upstream = SecretsManager::start("arn", "value").await.unwrap();
    let proxy = FaultProxy::start(&upstream.url(), Dialect::DynamoDb, 1)
        .await
        .unwrap();
    proxy.set_plan(plan);
    let client = reqwest::Client::builder()
        .timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let answer = async {
        let answer = client.post(proxy.url()).body("{}").send().await.ok()?;
        let status = answer.status().as_u16();
        answer.bytes().await.ok().map(|_| status)
    };
    let status = answer.await;
    let exchanges = proxy.exchanges();
    let arrived = exchanges
        .iter()
        .filter(|exchange| exchange.answer.is_some());
    (status, arrived.count())
}

#[tokio::test]
async fn each_fault_has_its_documented_effect() {
    let cases = [
        (Plan::none(), (Some(400), 1)),
        (Plan::only(Fault::ServerError, 1.0), (Some(500), 0)),
        (Plan::only(Fault::Throttled, 1.0), (Some(400), 0)),
        (Plan::only(Fault::Reset, 1.0), (None, 0)),
        (Plan::only(Fault::Stall, 1.0), (None, 0)),
        (Plan::only(Fault::Truncated, 1.0), (None, 1)),
        (Plan::only(Fault::LostResponse, 1.0), (None, 1)),
    ];
    for (plan, expected) in cases {
        assert_eq!(proxied(plan.clone()).await, expected, "{plan:?}");
    }
}

#[tokio::test]
async fn held_requests_are_in_flight_until_they_are_released() {
    let upstream = SecretsManager::start("arn", "value").await.unwrap();
    let proxy = FaultProxy::start(&upstream.url(), Dialect::Pluggy, 1)
        .await
        .unwrap();
    let client = reqwest::Client::builder().build().unwrap();
    let arrived = || {
        let exchanges = proxy.exchanges().into_iter();
        exchanges
            .filter(|exchange| exchange.answer.is_some())
            .count()
    };
    proxy.hold("/items/");
    let calls = (0..3).map(|number| client.get(format!("{}/items/{number}", proxy.url())).send());
    let calls: JoinSet<_> = calls.collect();

    proxy.held(3).await;
    client.post(proxy.url()).body("{}").send().await.unwrap();

    assert_eq!((arrived(), proxy.most_in_flight()), (1, 4));
    proxy.release();
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    proxy.none_in_flight().await;
    assert_eq!((arrived(), proxy.most_in_flight()), (4, 4));
}

#[tokio::test]
async fn the_writes_of_one_row_are_refused_and_nothing_else_is() {
    let upstream = SecretsManager::start("arn", "value").await.unwrap();
    let proxy = FaultProxy::start(&upstream.url(), Dialect::DynamoDb, 1)
        .await
        .unwrap();
    let client = reqwest::Client::builder().build().unwrap();
    let status = async |operation: &str, body: &'static str| {
        let target = format!("DynamoDB_20120810.{operation}");
        let request = client.post(proxy.url()).header("x-amz-target", target);
        request.body(body).send().await.unwrap().status().as_u16()
    };
    proxy.refuse_writes(["row-1".to_owned(), "row-2".to_owned()]);

    let refused = status("UpdateItem", "row-1").await;
    let others = [
        status("BatchGetItem", "row-1").await,
        status("PutItem", "row-3").await,
    ];

    assert_eq!((refused, others), (500, [400, 400]));
    assert!(proxy.refused_writes().iter().eq(["row-1"]));
    assert_eq!(proxy.faults(), 1);
}

#[tokio::test]
async fn severed_connections_are_gone_and_new_ones_work() {
    let upstream = SecretsManager::start("arn", "value").await.unwrap();
    let proxy = FaultProxy::start(&upstream.url(), Dialect::DynamoDb, 1)
        .await
        .unwrap();
    for how in [
        Severance::Closed,
        Severance::Reset,
        Severance::ClosedOnUse,
        Severance::Forgotten,
        Severance::Silent,
    ] {
        // If nothing is acknowledged, the client's system gives up the connection after this time.
        let client = reqwest::Client::builder()
            .tcp_user_timeout(Duration::from_millis(1))
            .build()
            .unwrap();
        let ask = async || {
            let answer = client.post(proxy.url()).body("{}").send();
            tokio::time::timeout(TIMEOUT, answer).await.unwrap()
        };
        ask().await.unwrap();
        let made = proxy.connections();

        let severed = proxy.sever(how).await;

        assert_eq!(severed, 1, "{how:?}");
        let is_seen = matches!(how, Severance::Closed | Severance::Reset);
        assert_eq!(ask().await.is_ok(), is_seen, "{how:?}");
        assert_eq!(ask().await.unwrap().status(), 400, "{how:?}");
        assert_eq!(proxy.connections(), made + 1, "{how:?}");
        proxy.sever(Severance::Closed).await;
    }
}
