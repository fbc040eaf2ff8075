//! Responses of the connect-token function for each option of the widget, for the check against the types of the
//! widget's packages.

use std::collections::BTreeMap;

use runtime::clock;
use serde_json::{Map, Value, json};

use crate::{Deployment, sample, wire_types};

const USER: &str = "usr_01J9X";
/// This option comes from a request, never from a profile.
const UPDATE_ITEM: &str = "updateItem";

/// Returns the responses by case: every option alone, all of a profile's options, and all options in update mode.
pub async fn connect_answers() -> BTreeMap<String, Value> {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": item_id, "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    let update = json!({ "itemId": item_id });
    let mut options = wire_types::sent()["ConnectOptions"]
        .as_object()
        .unwrap()
        .clone();
    options.remove(UPDATE_ITEM);

    let mut answers = BTreeMap::new();
    for (name, value) in &options {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        let answer = answer(&deployment, &alone, &json!({})).await;
        answers.insert(name.clone(), answer);
    }
    let of_no_profile = answer(&deployment, &Map::new(), &update).await;
    answers.insert(UPDATE_ITEM.to_owned(), of_no_profile);
    let all = answer(&deployment, &options, &json!({})).await;
    answers.insert("all".to_owned(), all);
    let all_in_update_mode = answer(&deployment, &options, &update).await;
    answers.insert("allInUpdateMode".to_owned(), all_in_update_mode);
    answers
}

async fn answer(deployment: &Deployment, options: &Map<String, Value>, body: &Value) -> Value {
    let profiles = json!({"default": {"connect": options}}).to_string();
    let app = connect_token::App {
        profiles: profiles.parse().unwrap(),
        ..deployment.connect_token()
    };
    let request = sample::with_body("connect-token/no-body.json", USER, body);
    let answer = connect_token::handle(&app, request, clock::now()).await;
    serde_json::from_slice(answer.body()).unwrap()
}
