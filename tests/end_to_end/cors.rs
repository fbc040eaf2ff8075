//! CORS: a browser lets a web app of the configured origin use the API, and no other origin.

use reqwest::header::{HeaderMap, ORIGIN};
use reqwest::{Method, Response};

use crate::routes;
use crate::stack::{Stack, new_user};

const ALLOWED_ORIGIN: &str = "http://localhost:3000";
/// Foreign origins. Each differs from the allowed origin in a detail that a careless comparison misses.
const FOREIGN_ORIGINS: [&str; 7] = [
    "https://evil.example",
    "https://localhost:3000",
    "http://localhost",
    "http://localhost:30000",
    "http://localhost:3000.evil.example",
    "http://evil.example/http://localhost:3000",
    "null",
];

async fn preflight(stack: &Stack, method: &Method, path: &str, origin: &str) -> Response {
    stack
        .api(Method::OPTIONS, path)
        .header(ORIGIN, origin)
        .header("access-control-request-method", method.as_str())
        .header(
            "access-control-request-headers",
            "accept-language,authorization,baggage,content-type,if-none-match,sentry-trace,traceparent",
        )
        .send()
        .await
        .unwrap()
}

fn listed(headers: &HeaderMap, name: &str) -> Vec<String> {
    let list = headers.get(name).map_or("", |list| list.to_str().unwrap());
    list.split(',')
        .map(|entry| entry.trim().to_owned())
        .collect()
}

fn assert_neither_wildcard_nor_credentials(headers: &HeaderMap) {
    let rules = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-"));
    for (name, value) in rules {
        assert!(!value.to_str().unwrap().contains('*'), "{name}: {value:?}");
    }
    assert!(!headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn the_configured_origin_may_call_every_route() {
    let stack = Stack::running();

    for (method, path) in routes::of_the_app() {
        let answer = preflight(&stack, &method, &path, ALLOWED_ORIGIN).await;

        let what = format!("{method} {path}");
        assert!(answer.status().is_success(), "{what}: {}", answer.status());
        let headers = answer.headers();
        assert_eq!(headers["access-control-allow-origin"], ALLOWED_ORIGIN);
        assert!(
            listed(headers, "access-control-allow-methods").contains(&method.to_string()),
            "{what}: {headers:?}"
        );
        let mut allowed = listed(headers, "access-control-allow-headers");
        allowed.sort();
        assert_eq!(
            allowed,
            [
                "accept-language",
                "authorization",
                "baggage",
                "content-type",
                "if-none-match",
                "sentry-trace",
                "traceparent"
            ],
            "{what}"
        );
        assert_neither_wildcard_nor_credentials(headers);
    }
}

#[tokio::test]
async fn no_other_origin_may_call_any_route() {
    let stack = Stack::running();

    for (method, path) in routes::of_the_app() {
        for origin in FOREIGN_ORIGINS {
            let answer = preflight(&stack, &method, &path, origin).await;

            let allowed = answer.headers().get("access-control-allow-origin");
            assert_eq!(allowed, None, "{origin} on {method} {path}");
        }
    }
}

#[tokio::test]
async fn no_other_method_is_allowed() {
    let stack = Stack::running();
    let mut methods: Vec<String> = routes::of_the_app()
        .map(|(method, _)| method.to_string())
        .to_vec();
    methods.sort();
    methods.dedup();

    let answer = preflight(&stack, &Method::PUT, "/items", ALLOWED_ORIGIN).await;

    let mut allowed = listed(answer.headers(), "access-control-allow-methods");
    allowed.retain(|method| method != "OPTIONS");
    allowed.sort();
    assert_eq!(allowed, methods);
}

#[tokio::test]
async fn the_configured_origin_may_read_a_response() {
    let stack = Stack::running();
    let user = new_user();

    for (path, status) in [("/items", 200), ("/items/not-a-uuid", 400)] {
        let request = stack.api_as(&user, Method::GET, path).await;
        let answer = request.header(ORIGIN, ALLOWED_ORIGIN).send().await.unwrap();

        assert_eq!(answer.status(), status, "{path}");
        let headers = answer.headers();
        assert_eq!(headers["access-control-allow-origin"], ALLOWED_ORIGIN);
        let mut exposed = listed(headers, "access-control-expose-headers");
        exposed.sort();
        assert_eq!(exposed, ["etag", "retry-after"], "{path}");
        assert_neither_wildcard_nor_credentials(headers);
    }
}

#[tokio::test]
async fn no_other_origin_may_read_a_response() {
    let stack = Stack::running();
    let user = new_user();

    for origin in FOREIGN_ORIGINS {
        let request = stack.api_as(&user, Method::GET, "/items").await;
        let answer = request.header(ORIGIN, origin).send().await.unwrap();

        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed, None, "{origin}");
    }
}
