//! Access through the gateway. A caller needs a current token with the scope, signed by the identity provider for
//! this API.

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Response};
use serde_json::Value;

use crate::routes;
use crate::stack::{Stack, json, new_user, text};
use crate::tokens::{AUDIENCE, Forger, SCOPE};

/// A description of the attempt, and the `Authorization` header that it sends.
type Attempt = (String, Option<String>);

fn attempt(what: &str, token: &str) -> Attempt {
    (what.to_owned(), Some(format!("Bearer {token}")))
}

async fn call(stack: &Stack, method: &Method, path: &str, header: Option<&str>) -> Response {
    let request = stack.api(method.clone(), path);
    let request = match header {
        Some(header) => request.header(AUTHORIZATION, header),
        None => request,
    };
    request.send().await.unwrap()
}

/// Asserts that every attempt on every route ends with this status and the gateway's own body.
async fn check_refused(stack: &Stack, attempts: &[Attempt], status: u16, message: &str) {
    for (method, path) in routes::of_the_app() {
        for (what, header) in attempts {
            let answer = call(stack, &method, &path, header.as_deref()).await;

            assert_eq!(answer.status(), status, "{what} on {method} {path}");
            let answer = json(answer).await;
            assert_eq!(answer["message"], message, "{what} on {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_token_for_this_api_gets_past_the_gateway_on_every_route() {
    let stack = Stack::running();
    let user = new_user();
    let cognito = format!("audience=&client_id={AUDIENCE}");
    let auth0 = format!("audience={AUDIENCE}+https://tenant.example/userinfo&scope=openid+{SCOPE}");
    let more_scopes = format!("scope=openid%20{SCOPE}%20profile");

    for fields in ["", &more_scopes, "not_before=-60", &cognito, &auth0] {
        let header = format!("Bearer {}", stack.user_token_with(&user, fields).await);
        for (method, path) in routes::of_the_app() {
            let answer = call(&stack, &method, &path, Some(&header)).await;

            assert!(
                !is_the_gateways(answer).await,
                "{fields:?} on {method} {path}"
            );
        }
    }
}

/// Whether the gateway wrote the response. Its own responses are objects with a message and nothing else.
async fn is_the_gateways(answer: Response) -> bool {
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    body.as_object()
        .is_some_and(|body| body.keys().eq(["message"]))
}

#[tokio::test]
async fn a_malformed_token_is_refused() {
    let stack = Stack::running();
    let token = stack.user_token(&new_user()).await;

    let headers = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer undefined",
        "Bearer a.b.c",
        "Bearer ..",
        "Basic dXNyXzE6cGFzc3dvcmQ=",
        "AWS4-HMAC-SHA256 Credential=test/20261123/sa-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0",
        &format!("Basic {token}"),
        &format!("Bearer Bearer {token}"),
        &format!("Bearer {token}.{token}"),
    ]
    .map(|header| (format!("{header:.20}"), Some(header.to_owned())));

    check_refused(&stack, &[("nothing".to_owned(), None)], 401, "Unauthorized").await;
    check_refused(&stack, &headers, 401, "Unauthorized").await;
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let stack = Stack::running();
    let forger = Forger::with_token_of(&stack, &new_user()).await;
    let foreign_signature = stack
        .user_token_with(&new_user(), "signed_by=impersonator")
        .await;

    let mut attempts = vec![
        attempt("another's name", &forger.in_the_name_of(&new_user())),
        attempt("a made-up signature", &forger.signed_as("c2lnbmF0dXJl")),
        attempt("no signature", &forger.signed_as("")),
        attempt("another key under the same id", &foreign_signature),
        attempt("a connect token", &connect_token(&stack).await),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        for token in forger.unsecured(algorithm) {
            attempts.push(attempt(&format!("algorithm {algorithm:?}"), &token));
        }
    }
    for (number, token) in forger.confused().iter().enumerate() {
        attempts.push(attempt(
            &format!("HS256 with public secret {number}"),
            token,
        ));
    }

    check_refused(&stack, &attempts, 401, "Unauthorized").await;
}

/// Returns a JWT that Pluggy issued. Our users have such tokens too.
async fn connect_token(stack: &Stack) -> String {
    let request = stack
        .api_as(&new_user(), Method::POST, "/connect-token")
        .await;
    let answer = json(request.send().await.unwrap()).await;
    text(&answer, "/accessToken").to_owned()
}

#[tokio::test]
async fn a_token_for_another_time_or_another_api_is_refused() {
    let stack = Stack::running();
    let user = new_user();
    let other_audience = format!("audience=another-api&client_id={AUDIENCE}");

    let mut attempts = Vec::new();
    for fields in [
        "expires_in=-1",
        "expires_in=-86400",
        "not_before=600",
        "issued_at=600",
        "audience=another-api",
        "audience=another-api+https://tenant.example/userinfo",
        "audience=",
        "audience=&client_id=another-app",
        &other_audience,
        "issuer=https://identity.example.com",
        "issuer=",
    ] {
        attempts.push(attempt(fields, &stack.user_token_with(&user, fields).await));
    }

    check_refused(&stack, &attempts, 401, "Unauthorized").await;
}

#[tokio::test]
async fn a_token_without_the_scope_is_refused() {
    let stack = Stack::running();
    let user = new_user();

    let mut attempts = Vec::new();
    for scope in [
        "",
        "profile",
        "openid%20profile",
        "Connections",
        "connections:read",
        "connection",
        "connections,profile",
    ] {
        let token = stack
            .user_token_with(&user, &format!("scope={scope}"))
            .await;
        attempts.push(attempt(&format!("scope {scope:?}"), &token));
    }

    check_refused(&stack, &attempts, 403, "Forbidden").await;
}

#[tokio::test]
async fn a_token_is_accepted_only_in_its_header() {
    let stack = Stack::running();
    let token = stack.user_token(&new_user()).await;

    for (method, path) in routes::of_the_app() {
        for name in ["access_token", "authorization", "Authorization", "token"] {
            let in_query = call(&stack, &method, &format!("{path}?{name}={token}"), None).await;
            let in_cookie = stack
                .api(method.clone(), &path)
                .header("cookie", format!("{name}={token}"))
                .header(format!("x-{name}"), format!("Bearer {token}"));

            let what = format!("{name} of {method} {path}");
            assert_eq!(in_query.status(), 401, "{what}");
            assert_eq!(in_cookie.send().await.unwrap().status(), 401, "{what}");
        }
    }
}

/// A token passes the gateway here, which it does not on AWS. The functions refuse it.
#[tokio::test]
async fn a_token_opens_no_route_of_a_backend() {
    let stack = Stack::running();
    let user = new_user();
    let header = format!("Bearer {}", stack.user_token(&user).await);

    for (method, path) in routes::of_a_backend(&user) {
        let answer = call(&stack, &method, &path, Some(&header)).await;

        assert_eq!(answer.status(), 401, "{method} {path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_request_without_a_signature_opens_no_route_of_a_backend() {
    let stack = Stack::running();

    for (method, path) in routes::of_a_backend("usr_1") {
        let answer = call(&stack, &method, &path, None).await;

        assert_eq!(answer.status(), 403, "{method} {path}");
        assert_eq!(
            json(answer).await["message"],
            "Forbidden",
            "{method} {path}"
        );
    }
}
