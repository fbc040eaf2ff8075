//! Gaps of the emulator that the scripts fill. A test fails when its gap has closed.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::stack::{Stack, json as body};

const PATIENCE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Fails once the emulator reads an API's document itself. `scripts/stack/gateway.py` can then be removed.
#[tokio::test]
async fn the_emulator_still_needs_its_routes_made_by_the_scripts() {
    let stack = Stack::running();
    let name = format!("gap-{}", uuid::Uuid::new_v4().simple());
    let template = json!({"Resources": {"Api": {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Body": {
            "openapi": "3.0.1",
            "info": {"title": name, "version": "1.0"},
            "paths": {"/items": {"get": {
                "responses": {},
                "x-amazon-apigateway-integration": {
                    "httpMethod": "GET",
                    "payloadFormatVersion": "1.0",
                    "type": "http_proxy",
                    "uri": "http://127.0.0.1:9/",
                },
            }}},
        }},
    }}});

    cloudformation(
        &stack,
        &name,
        "CreateStack",
        &[("TemplateBody", &template.to_string())],
    )
    .await;
    let api_id = created_api(&stack, &name).await;
    let routes = stack.aws(
        Method::GET,
        &format!("/v2/apis/{api_id}/routes"),
        "apigateway",
    );
    let routes = body(routes.send().await.unwrap()).await;
    cloudformation(&stack, &name, "DeleteStack", &[]).await;

    assert_eq!(
        routes["items"].as_array().map(Vec::len),
        Some(0),
        "{routes}"
    );
}

async fn created_api(stack: &Stack, name: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stacks = cloudformation(stack, name, "DescribeStacks", &[]).await;
        if stacks.contains("<StackStatus>CREATE_COMPLETE<") {
            break;
        }
        assert!(Instant::now() < deadline, "{stacks}");
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    let resources = cloudformation(stack, name, "DescribeStackResources", &[]).await;
    let (_, rest) = resources.split_once("<PhysicalResourceId>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

async fn cloudformation(stack: &Stack, name: &str, action: &str, more: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action)
        .append_pair("Version", "2010-05-15")
        .append_pair("StackName", name)
        .extend_pairs(more);
    stack
        .aws(Method::POST, "/", "cloudformation")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}
