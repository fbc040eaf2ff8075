use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};
use uuid::Uuid;

use super::own_items::{confusable, put_row};
use super::{BACKEND_SAMPLES, answer, seen};
use crate::observed::Observed;
use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";
const ARN: &str = "arn:aws:sts::123456789012:assumed-role/backend/web-1";

/// Returns the event with another user in its path, as the gateway passes the parameter on.
fn for_user(user: &str, mut event: Value) -> Value {
    event["pathParameters"]["userId"] = user.into();
    event
}

/// Returns the event with another item in its path.
fn at(path: &str, item_id: ItemId) -> Value {
    let mut event = sample::json(path);
    event["pathParameters"]["itemId"] = json!(item_id);
    event
}

fn token_for(path: &str, item_id: ItemId) -> Value {
    let mut event = sample::json(path);
    event["body"] = json!({ "itemId": item_id }).to_string().into();
    event
}

fn signed_by(user_arn: &str) -> Value {
    json!({"iam": {
        "accessKey": "ASIAIOSFODNN7EXAMPLE", "accountId": "123456789012", "userArn": user_arn,
        "callerId": "AROACKCEVSQ6C2EXAMPLE:web-1", "userId": "AROACKCEVSQ6C2EXAMPLE:web-1",
        "cognitoIdentity": null, "principalOrgId": null,
    }})
}

/// Returns values of the authorizer's field that identify no IAM caller.
fn without_a_signature() -> [Value; 9] {
    let jwt = json!({"claims": {"sub": USER}, "scopes": ["connections"]});
    [
        Value::Null,
        json!({}),
        json!({"iam": null}),
        json!({"iam": {}}),
        json!({"iam": {"userArn": null}}),
        json!({"iam": {"userId": USER, "callerId": USER, "accountId": "123456789012"}}),
        json!({"jwt": jwt}),
        json!({"jwt": jwt, "iam": {"userArn": ARN}}),
        json!({"lambda": {"userArn": ARN, "iam": {"userArn": ARN}}}),
    ]
}

/// Returns IAM identities that the gateway lets pass, if their policies say so, and that are no backend of ours.
fn other_identities() -> [&'static str; 14] {
    [
        "arn:aws:sts::123456789013:assumed-role/backend/web-1",
        "arn:aws:sts::123456789012:assumed-role/backend-2/web-1",
        "arn:aws:sts::123456789012:assumed-role/my-backend/web-1",
        "arn:aws:sts::123456789012:assumed-role/Backend/web-1",
        "arn:aws:sts::123456789012:assumed-role/admin/backend",
        "arn:aws:sts::123456789012:assumed-role/service/backend/web-1",
        "arn:aws:sts::123456789012:assumed-role/backend/",
        "arn:aws:sts::123456789012:federated-user/backend",
        "arn:aws:iam::123456789012:role/service/backend",
        "arn:aws:iam::123456789012:user/backend",
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:assumed-role",
        "backend",
        "",
    ]
}

/// Returns an item of this user's in its state after its webhook.
async fn connected(deployment: &Deployment, user: &str) -> ItemId {
    let item_id = deployment.connect(user, "user-ok").await;
    let event = json!({"event": "item/created", "eventId": item_id, "itemId": item_id});
    deployment.deliver(&event).await;
    deployment.sync_all().await;
    item_id
}

/// Returns the responses of all routes to an authorizer's field.
async fn answers(deployment: &Deployment, authorizer: &Value) -> Vec<String> {
    let mut answers = Vec::new();
    for mut event in BACKEND_SAMPLES.map(sample::json) {
        event["requestContext"]["authorizer"] = authorizer.clone();
        answers.push(seen(&answer(deployment, &event).await));
    }
    answers
}

fn assert_problem(answers: &[String], status: u16, title: &str, what: &Value) {
    for answer in answers {
        assert!(
            answer.starts_with(&format!("{status} ")),
            "{what}: {answer}"
        );
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(
            answer.contains(&format!(r#""title":"{title}""#)),
            "{answer}"
        );
        assert_eq!(answer, &answers[0], "{what}");
    }
}

#[tokio::test]
async fn a_user_of_a_backend_is_the_same_user_as_with_a_token() {
    let deployment = Deployment::start().await;
    let user = "auth0|abc";
    let event = for_user(user, sample::json("connect-token/backend.json"));
    let issued = answer(&deployment, &event).await;
    check_answer("POST", "/users/{userId}/connect-token", &issued);
    assert_eq!(issued.status(), 200);
    let item_id = connected(&deployment, user).await;

    for (path, by_backend, by_app) in [
        (
            "/users/{userId}/items",
            sample::json("item-status/backend-list.json"),
            sample::json("item-status/list.json"),
        ),
        (
            "/users/{userId}/items/{itemId}",
            at("item-status/backend-item.json", item_id),
            at("item-status/item.json", item_id),
        ),
    ] {
        let by_backend = answer(&deployment, &for_user(user, by_backend)).await;
        let by_app = answer(&deployment, &sample::as_user(by_app, user)).await;

        check_answer("GET", path, &by_backend);
        assert_eq!(by_backend.status(), 200);
        assert!(seen(&by_backend).contains(&item_id.to_string()));
        assert_eq!(by_backend.body(), by_app.body());
    }
}

#[tokio::test]
async fn a_backend_updates_relays_and_disconnects_in_the_name_of_its_user() {
    let deployment = Deployment::start().await;
    let user = "auth0|abc";
    let item_id = connected(&deployment, user).await;
    let mut relayed = sample::json("connect-events/backend.json");
    relayed["body"] = json!({"event": "onSuccess", "timestamp": 1, "itemId": item_id})
        .to_string()
        .into();
    let update = token_for("connect-token/backend.json", item_id);
    let deletion = at("disconnect/backend.json", item_id);

    for (method, path, event, status) in [
        ("POST", "connect-token", &update, 200),
        ("POST", "connect-events", &relayed, 202),
        ("DELETE", "items/{itemId}", &deletion, 204),
        ("DELETE", "items/{itemId}", &deletion, 204),
    ] {
        let response = answer(&deployment, &for_user(user, event.clone())).await;

        check_answer(method, &format!("/users/{{userId}}/{path}"), &response);
        assert_eq!(response.status(), status, "{method} {path}");
    }
    let rows = deployment.tables.event_rows().await;
    let hint = rows
        .iter()
        .find(|row| row["origin"].as_s().unwrap() == "hint");
    let body: Value =
        serde_json::from_slice(hint.unwrap()["body"].as_b().unwrap().as_ref()).unwrap();
    assert_eq!(body, json!({ "clientUserId": user }));
    let gone = deployment.pluggy_client().item(item_id, now()).await;
    assert_eq!(gone.unwrap(), None);
}

#[tokio::test]
async fn without_a_signature_every_function_answers_401_without_any_request() {
    let mut deployment = Deployment::start().await;
    let observed = Observed::new();
    deployment.tables.client = observed.client(&deployment.tables);

    for authorizer in without_a_signature() {
        let answers = answers(&deployment, &authorizer).await;

        assert_problem(&answers, 401, "Unauthorized", &authorizer);
    }
    assert_eq!(observed.take(), Vec::<String>::new());
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn another_identity_is_answered_403_without_any_request() {
    let mut deployment = Deployment::start().await;
    let observed = Observed::new();
    deployment.tables.client = observed.client(&deployment.tables);

    for user_arn in other_identities() {
        let authorizer = signed_by(user_arn);
        let answers = answers(&deployment, &authorizer).await;

        assert_problem(&answers, 403, "Forbidden", &authorizer);
    }
    assert_eq!(observed.take(), Vec::<String>::new());
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn without_a_listed_role_the_routes_do_not_exist() {
    let deployment = Deployment::start().await;
    let mut app = deployment.item_status();
    app.callers.backend_roles = "".parse().unwrap();
    let event = sample::json("item-status/backend-list.json");

    let mut answers = Vec::new();
    for (user, authorizer) in [
        (USER, signed_by(ARN)),
        (
            USER,
            json!({"jwt": {"claims": {"sub": USER}, "scopes": null}}),
        ),
        (USER, Value::Null),
        ("a%7Cb", signed_by(ARN)),
    ] {
        let mut event = for_user(user, event.clone());
        event["requestContext"]["authorizer"] = authorizer;
        let request = sample::request_of(&event);
        answers.push(seen(&item_status::handle(&app, request, now()).await));
    }

    assert_problem(&answers, 404, "Not Found", &event["routeKey"]);
}

#[tokio::test]
async fn a_user_id_that_a_path_cannot_carry_is_a_400_that_names_it() {
    let deployment = Deployment::start().await;
    let longest = "é".repeat(256);

    for user in [
        "",
        " ",
        ".",
        "..",
        "a/b",
        "a?b",
        "a%7Cb",
        "auth0%257Cabc",
        "%",
        "a\nb",
        "a\u{0}",
        "\u{85}",
        &longest,
    ] {
        for event in BACKEND_SAMPLES.map(sample::json) {
            let response = answer(&deployment, &for_user(user, event)).await;

            assert_eq!(response.status(), 400, "{user:?}");
            let problem: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(problem["field"], "userId", "{user:?}");
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .starts_with("userId must be ")
            );
        }
    }
}

#[tokio::test]
async fn the_role_is_checked_before_the_user_id() {
    let deployment = Deployment::start().await;
    let mut event = for_user("a%7Cb", sample::json("item-status/backend-list.json"));
    event["requestContext"]["authorizer"] = signed_by("arn:aws:iam::123456789012:user/backend");

    assert_eq!(answer(&deployment, &event).await.status(), 403);
}

#[tokio::test]
async fn no_field_of_a_request_changes_the_user_of_the_path() {
    let deployment = Deployment::start().await;
    let other = "usr_2";
    let item_id = put_row(&deployment, other).await;
    let mut event = at("item-status/backend-item.json", item_id);
    for name in [
        "sub",
        "x-user-id",
        "x-amzn-oidc-identity",
        "x-owner",
        "userid",
    ] {
        event["headers"][name] = other.into();
    }
    event["rawPath"] = format!("/users/{other}/items/{item_id}").into();
    event["rawQueryString"] = format!("userId={other}&sub={other}").into();
    event["queryStringParameters"] = json!({"userId": other, "sub": other});
    event["stageVariables"] = json!({"userId": other});

    assert_eq!(answer(&deployment, &event).await.status(), 404);
    let theirs = answer(&deployment, &for_user(other, event)).await;
    assert_eq!(theirs.status(), 200);
}

#[tokio::test]
async fn a_backend_reaches_the_items_of_the_named_user_alone() {
    let deployment = Deployment::start().await;
    let users: Vec<_> = confusable()
        .into_iter()
        .filter(|user| !user.contains(['%', '/', '?']) && user != "..")
        .collect();
    let item_id = put_row(&deployment, &users[0]).await;
    let unknown: ItemId = Uuid::new_v4().to_string().parse().unwrap();
    let events = |item_id| {
        [
            at("item-status/backend-item.json", item_id),
            at("disconnect/backend.json", item_id),
            token_for("connect-token/backend.json", item_id),
        ]
    };

    for user in &users[1..] {
        let list = for_user(user, sample::json("item-status/backend-list.json"));
        let list = seen(&answer(&deployment, &list).await);
        assert!(!list.contains(&item_id.to_string()), "{user}");
        for (theirs, none) in events(item_id).into_iter().zip(events(unknown)) {
            let theirs = answer(&deployment, &for_user(user, theirs)).await;
            let none = answer(&deployment, &for_user(user, none)).await;

            assert_eq!(theirs.status(), 404, "{user}");
            assert_eq!(seen(&theirs), seen(&none), "{user}");
        }
    }
    let own = for_user(&users[0], at("item-status/backend-item.json", item_id));
    assert_eq!(answer(&deployment, &own).await.status(), 200);
    assert_eq!(deployment.pluggy.requests().len(), 0);
}
