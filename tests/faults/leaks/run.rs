//! The requests to the functions in the run.

use std::time::Duration;

use harness::{Function, Outcome, Plan, Refusal};
use pluggy::ItemId;
use serde_json::{Value, json};
use tests::sample;
use uuid::Uuid;

use super::secrets::Secrets;
use super::{
    CPF, CPF_DIGITS, EMAIL, MFA_CODE, NAME, OTHER_OWNER, OWNER, PASSWORD, WRONG_WEBHOOK_SECRET,
};
use crate::delivery::Posted;
use crate::pipeline::Pipeline;
use crate::stack::Stack;

const TIMEOUT: Duration = Duration::from_mins(1);

/// All functions.
pub(super) struct Run {
    pub(super) stack: Stack,
    connect_events: Function,
    connect_token: Function,
    disconnect: Function,
    item_status: Function,
    pub(super) item_sync: Function,
    pub(super) scheduler: Function,
    discovery: Function,
    erasure: Function,
    inspect: Function,
    operator: Function,
    pub(super) pipeline: Pipeline,
    publish: Function,
    republish: Function,
    webhook_registration: Function,
    webhook: Function,
}

impl Run {
    pub(super) async fn start() -> Self {
        let stack = Stack::start().await;
        let pipeline = Pipeline::start(&stack).await;
        Self {
            connect_events: stack.function("connect-events").await,
            connect_token: stack.function("connect-token").await,
            disconnect: stack.function("disconnect").await,
            item_status: stack.function("item-status").await,
            item_sync: stack.function("item-sync").await,
            scheduler: stack.function("scheduler").await,
            discovery: stack.function("discovery").await,
            erasure: stack.function("erasure").await,
            inspect: stack.function("inspect").await,
            operator: stack.function("operator").await,
            publish: pipeline.publisher().await,
            republish: pipeline.republisher().await,
            pipeline,
            webhook_registration: stack.function("webhook-registration").await,
            webhook: stack.function("webhook").await,
            stack,
        }
    }

    /// Connects one bank of each kind: by password, with a code, with a CPF, and one with a failing login.
    pub(super) async fn connect_banks(
        &self,
        secrets: &mut Secrets,
        error_bodies: &mut Vec<String>,
    ) {
        let by_password = json!({"user": "user-ok", "password": PASSWORD});
        let wrong_password =
            json!({"user": "maria-leak-user", "password": "leaked-wrong-password"});
        let message = "user-account-need-actions-provider-message";
        let banks = [
            (2, by_password.clone()),
            (2, json!({"user": message, "password": PASSWORD})),
            (2, wrong_password),
            (5, by_password),
            (601, json!({ "cpf": CPF })),
        ];
        let event = sample_for(OWNER, "connect-token/no-body.json");
        for (connector_id, parameters) in banks {
            let answer = invoke(&self.connect_token, &event, error_bodies).await;
            let Some(token) = answer["accessToken"].as_str() else {
                continue;
            };
            secrets.add(token);
            let item = self
                .at_bank(
                    token,
                    "/items",
                    &json!({"connectorId": connector_id, "parameters": parameters}),
                )
                .await;
            let item_id: ItemId = item["id"]
                .as_str()
                .unwrap_or_else(|| panic!("{item}"))
                .parse()
                .unwrap();
            if connector_id == 5 {
                self.stack
                    .deployment
                    .item_reaches(item_id, "WAITING_USER_INPUT")
                    .await;
                self.deliver_event(item_id, "item/waiting_user_input", error_bodies)
                    .await;
                self.stack.feed(&self.item_sync).await;
                self.at_bank(
                    token,
                    &format!("/items/{item_id}/mfa"),
                    &json!({"token": MFA_CODE}),
                )
                .await;
            }
            self.deliver_event(item_id, "item/updated", error_bodies)
                .await;
        }
    }

    /// Sends the widget's own request to Pluggy, past our functions.
    async fn at_bank(&self, token: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.stack.deployment.pluggy.url());
        let request = reqwest::Client::new().post(url);
        let request = request
            .header("X-API-KEY", token)
            .header("Content-Type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    async fn deliver_event(&self, item_id: ItemId, event: &str, error_bodies: &mut Vec<String>) {
        let body = json!({
            "event": event, "eventId": Uuid::new_v4(), "itemId": item_id, "clientUserId": OWNER,
            "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": NAME}, "note": {"cpf": CPF_DIGITS},
        });
        self.post(&body, error_bodies).await;
    }

    async fn post(&self, body: &Value, error_bodies: &mut Vec<String>) {
        let event = serde_json::from_slice(&Posted::of(body).request).unwrap();
        invoke(&self.webhook, &event, error_bodies).await;
    }

    /// Delivers everything that the webhook stores, quarantines or refuses.
    pub(super) async fn deliver(&self, round: usize, error_bodies: &mut Vec<String>) {
        let event_id = format!("leak-{round}");
        let of = |event_id: &str, note: &str| json!({"event": "item/error", "eventId": event_id, "note": note});
        self.post(&of(&event_id, NAME), error_bodies).await;
        self.post(&of(&event_id, CPF), error_bodies).await;
        self.post(&json!([NAME, CPF, EMAIL]), error_bodies).await;
        let mut foreign = of("foreign", NAME);
        foreign["clientId"] = "22222222-0000-4000-8000-000000000003".into();
        foreign["clientUserId"] = OTHER_OWNER.into();
        self.post(&foreign, error_bodies).await;
        let mut wrong = sample::json("webhook/item-updated.json");
        wrong["headers"]["x-webhook-secret"] = WRONG_WEBHOOK_SECRET.into();
        wrong["body"] = of("wrong", NAME).to_string().into();
        invoke(&self.webhook, &wrong, error_bodies).await;
    }

    /// Relays widget events as frontends do: with whole items, and with malformed codes and events.
    pub(super) async fn relay(&self, error_bodies: &mut Vec<String>) {
        let item = |item_id: ItemId| {
            json!({
                "id": item_id, "clientUserId": OWNER,
                "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": NAME},
                "parameter": {"name": "cpf", "value": CPF},
            })
        };
        let mut bodies: Vec<Value> = self
            .item_ids()
            .await
            .into_iter()
            .map(|id| json!({"event": "onSuccess", "timestamp": 1, "item": item(id)}))
            .collect();
        let failed = item("9a7b6c5d-0000-4000-8000-00000000ffff".parse().unwrap());
        bodies.extend([
            json!({"event": "onError", "timestamp": 1, "message": NAME, "data": {"item": failed}}),
            json!(["LOGIN_SUCCESS", {"timestamp": 1, "item": {"id": CPF, "owner": EMAIL}}]),
            json!({"event": CPF_DIGITS, "timestamp": 1, "code": CPF_DIGITS, "cpf": CPF}),
            json!({"event": NAME, "timestamp": 1, "code": EMAIL}),
            json!([NAME, CPF, EMAIL]),
        ]);
        for user in [OWNER, OTHER_OWNER] {
            for body in &bodies {
                let mut event = sample_for(user, "connect-events/on-open.json");
                event["body"] = body.to_string().into();
                invoke(&self.connect_events, &event, error_bodies).await;
            }
        }
    }

    /// Invokes the functions as an operator and the schedule do.
    pub(super) async fn operate(&self, error_bodies: &mut Vec<String>) {
        let webhook_registration = sample::json("webhook-registration/ensure.json");
        ask(
            &self.webhook_registration,
            &webhook_registration,
            error_bodies,
        )
        .await;
        let discovery = sample::json("discovery/schedule.json");
        ask(&self.discovery, &discovery, error_bodies).await;
        for event in [
            json!({"action": "inspect", "clientUserId": OWNER}),
            json!({"action": "inspect", "clientUserId": CPF, "unknown": NAME}),
            json!({"clientUserId": OWNER, "widgetContext": {}}),
            json!({"search": true, "widgetContext": {"forms": {"all": {"query": CPF}}}}),
            json!({"itemId": NAME, "widgetContext": {}}),
        ] {
            ask(&self.inspect, &event, error_bodies).await;
        }
        let command = json!({"action": "nothing", "note": NAME});
        ask(&self.operator, &command, error_bodies).await;
    }

    /// Erases the owner, with and without faults. Then Pluggy reports that the items are deleted, as our deletion makes it,
    /// and a user and items are named in commands that are refused.
    pub(super) async fn erase(&mut self, error_bodies: &mut Vec<String>) {
        let audit =
            json!({"run": Uuid::nil(), "caller": "arn:aws:iam::123456789012:user/operator"});
        let erase = json!({"action": "erase", "clientUserId": OWNER, "audit": audit});
        let item_ids = self.item_ids().await;
        for plan in [Plan::all(0.3), Plan::none()] {
            self.stack.dynamodb.set_plan(plan.clone());
            self.stack.pluggy.set_plan(plan);
            ask(&self.erasure, &erase, error_bodies).await;
            let renewal = self.stack.pass_time_until_the_key_may_be_renewed();
            renewal.await;
        }
        for command in [
            json!({"action": "verify", "clientUserId": OWNER}),
            json!({"action": "lift", "clientUserId": OTHER_OWNER}),
            json!({"action": "erase", "clientUserId": CPF, "itemIds": item_ids, "name": NAME}),
            json!({"action": "verify", "clientUserId": EMAIL, "cursor": CPF}),
            json!({"action": CPF_DIGITS, "clientUserId": NAME}),
        ] {
            ask(&self.erasure, &command, error_bodies).await;
        }
        for item_id in item_ids {
            self.deliver_event(item_id, "item/deleted", error_bodies)
                .await;
        }
        self.stack.feed(&self.item_sync).await;
        self.publish(error_bodies).await;
    }

    /// Publishes all of it, twice, to a bus that refuses some entries permanently. Sends invalid events, too.
    pub(super) async fn publish(&mut self, error_bodies: &mut Vec<String>) {
        self.pipeline.bus.set_refusals([
            Refusal::with("MalformedDetail").as_likely_as(0.3),
            Refusal::with("ThrottlingException").as_likely_as(0.2),
        ]);
        let records = self.pipeline.new_records().await;
        records.feed(&[&self.publish, &self.publish]).await;
        ask(&self.publish, &json!({ "Records": NAME }), error_bodies).await;
        for command in [
            json!({"action": "republish", "since": "2020-01-01T00:00:00Z"}),
            json!({"action": "republish", "since": "2026-11-23T12:00:00Z", "cursor": NAME}),
            json!({"action": "republish", "since": CPF, "unknown": NAME}),
        ] {
            ask(&self.republish, &command, error_bodies).await;
        }
        self.pipeline.heal();
    }

    /// Sends valid and invalid requests as the owner and as another user.
    pub(super) async fn read(&self, error_bodies: &mut Vec<String>) {
        let item_id = self.item_ids().await[0];
        for user in [OWNER, OTHER_OWNER] {
            let list = sample_for(user, "item-status/list.json");
            invoke(&self.item_status, &list, error_bodies).await;
            let mut one = sample_for(user, "item-status/item.json");
            one["rawPath"] = format!("/items/{item_id}").into();
            one["pathParameters"]["itemId"] = item_id.to_string().into();
            invoke(&self.item_status, &one, error_bodies).await;
        }
        for path in [
            "connect-token/unknown-field.json",
            "connect-token/not-json.json",
            "connect-token/update-mode.json",
        ] {
            let mut event = sample_for(OTHER_OWNER, path);
            if path.ends_with("unknown-field.json") {
                event["body"] = json!({ "cpf": CPF, "name": NAME }).to_string().into();
            }
            invoke(&self.connect_token, &event, error_bodies).await;
        }
        for path in [
            "disconnect/item-id-not-a-uuid.json",
            "disconnect/item-unknown.json",
        ] {
            let event = sample_for(OTHER_OWNER, path);
            invoke(&self.disconnect, &event, error_bodies).await;
        }
    }

    /// Returns every row about an item, as text.
    pub(super) async fn items(&self) -> Vec<String> {
        let tables = &self.stack.deployment.tables;
        let rows = tables.rows(&tables.items).await;
        rows.iter().map(|row| format!("{row:?}")).collect()
    }

    async fn item_ids(&self) -> Vec<ItemId> {
        let rows = self.items().await;
        let ids = rows
            .iter()
            .filter_map(|row| row.split("ITEM#").nth(1)?.get(..36)?.parse().ok());
        ids.collect()
    }

    pub(super) async fn stop(self) -> Vec<String> {
        let functions = [
            self.connect_events,
            self.connect_token,
            self.disconnect,
            self.item_status,
            self.item_sync,
            self.scheduler,
            self.discovery,
            self.erasure,
            self.inspect,
            self.operator,
            self.publish,
            self.republish,
            self.webhook_registration,
            self.webhook,
        ];
        let mut lines = Vec::new();
        for function in functions {
            lines.extend(function.stop().await);
        }
        lines
    }
}

/// Returns a sample of the gateway's for a user whose token has more claims than necessary.
fn sample_for(user: &str, path: &str) -> Value {
    let mut event = sample::as_user(sample::json(path), user);
    let claims = &mut event["requestContext"]["authorizer"]["jwt"]["claims"];
    claims["email"] = EMAIL.into();
    claims["name"] = NAME.into();
    event
}

/// Invokes a function and returns the body of its response. Keeps error bodies.
async fn invoke(function: &Function, event: &Value, error_bodies: &mut Vec<String>) -> Value {
    let answer = function.invoke(event.to_string().as_bytes(), TIMEOUT).await;
    let answer = answer.unwrap();
    let Some(response) = answer.json() else {
        error_bodies.push(format!("{:?}", answer.outcome));
        return Value::Null;
    };
    let body = response["body"].as_str().unwrap_or_default();
    if response["statusCode"]
        .as_u64()
        .is_none_or(|status| status >= 400)
    {
        error_bodies.push(response.to_string());
    }
    serde_json::from_str(body).unwrap_or_default()
}

/// Invokes a function that is not called by HTTP. Its callers may see every response, so only its errors are kept.
async fn ask(function: &Function, event: &Value, error_bodies: &mut Vec<String>) {
    let answer = function.invoke(event.to_string().as_bytes(), TIMEOUT).await;
    let outcome = answer.unwrap().outcome;
    match outcome {
        Outcome::Response(_) => {}
        Outcome::Error(error) => error_bodies.push(String::from_utf8(error).unwrap()),
        other => panic!("{other:?}"),
    }
}
