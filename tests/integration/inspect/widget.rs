//! Calls of the dashboard's widget: what each page shows.

use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::in_a_minute;
use tests::{Deployment, sample};
use uuid::Uuid;

use super::{USER, event, inspected, item_with_secrets};

/// Returns the page that the console gets for the parameters of a button or of the widget.
async fn page(deployment: &Deployment, mut parameters: Value) -> String {
    parameters["widgetContext"] = sample::json("inspect/widget.json")["widgetContext"].take();
    text(inspected(deployment, parameters).await)
}

/// Returns the page that the console gets for a search.
async fn search(deployment: &Deployment, query: impl ToString) -> String {
    let mut event = sample::json("inspect/widget.json");
    event["search"] = true.into();
    event["widgetContext"]["forms"]["all"]["query"] = query.to_string().into();
    text(inspected(deployment, event).await)
}

fn text(response: Value) -> String {
    match response {
        Value::String(text) => text,
        other => panic!("{other}"),
    }
}

async fn connected(deployment: &Deployment, user: &str) -> ItemId {
    let item_id = deployment.connect(user, "user-locked").await;
    deployment.item_reaches(item_id, "LOGIN_ERROR").await;
    let created = event("item/created", "1", item_id, user);
    deployment.deliver(&created).await;
    deployment.sync_all().await;
    item_id
}

#[tokio::test]
async fn a_search_finds_an_item_and_a_users_items() {
    let deployment = Deployment::start().await;
    // As of an identity provider whose users have UUIDs.
    let user = Uuid::new_v4().to_string();
    let item_id = connected(&deployment, &user).await;

    let of_item = search(&deployment, format!(" {item_id} ")).await;
    let of_user = search(&deployment, &user).await;

    for text in ["account_locked", "item/created", &user, "Pluggy Bank"] {
        assert!(of_item.contains(text), "{text}: {of_item}");
    }
    for text in [
        &format!("Items of {user}"),
        "Pluggy Bank",
        &item_id.to_string(),
    ] {
        assert!(of_user.contains(text), "{text}: {of_user}");
    }
}

#[tokio::test]
async fn a_hint_of_another_user_does_not_hide_the_user_of_its_id() {
    let deployment = Deployment::start().await;
    let user = Uuid::new_v4().to_string();
    let item_id = connected(&deployment, &user).await;
    let nobodys = Uuid::new_v4().to_string();
    for named in [&user, &nobodys] {
        relay_hint(&deployment, "usr_2", named).await;
    }

    let of_user = search(&deployment, &user).await;
    let of_nobody = search(&deployment, &nobodys).await;

    assert!(of_user.contains(&format!("Items of {user}")), "{of_user}");
    assert!(of_user.contains(&item_id.to_string()), "{of_user}");
    assert!(of_nobody.contains("hint"), "the hint alone: {of_nobody}");
    assert!(!of_nobody.contains("is known by this id"), "{of_nobody}");
}

/// Relays a hint of `user` that names an item.
async fn relay_hint(deployment: &Deployment, user: &str, item_id: &str) {
    let (time, app) = (now(), deployment.connect_events());
    deployment.tables.count_tokens(user, 1, time).await;
    let body = json!({"event": "onClose", "timestamp": 1_795_435_200_000_u64, "itemId": item_id});
    let request = sample::with_body("connect-events/on-open.json", user, &body);
    let response = connect_events::handle(&app, request, time).await;
    assert_eq!(response.status(), 202);
}

#[tokio::test]
async fn the_parameters_name_an_item_or_a_user() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, USER).await;

    let of_item = page(&deployment, json!({"itemId": item_id})).await;
    let of_user = page(&deployment, json!({"clientUserId": USER})).await;
    let of_nothing = page(&deployment, json!({})).await;

    assert!(of_item.contains("account_locked"), "{of_item}");
    assert!(of_user.contains(&item_id.to_string()), "{of_user}");
    assert!(of_nothing.contains("Enter the id"), "{of_nothing}");
}

#[tokio::test]
async fn what_is_not_known_and_what_is_no_id_is_said_on_the_page() {
    let deployment = Deployment::start().await;

    let unknown = search(&deployment, Uuid::new_v4()).await;
    let without_items = search(&deployment, "usr_2").await;
    let too_long = search(&deployment, "x".repeat(256)).await;
    let no_id = page(&deployment, json!({"itemId": "x"})).await;

    assert!(unknown.contains("No item and no user is known by this id."));
    assert!(without_items.contains("No item has this owner"));
    assert!(too_long.contains("The id must be"));
    assert!(no_id.contains("itemId must be a UUID with hyphens."));
}

#[tokio::test]
async fn a_page_omits_what_the_bank_asks_of_the_user() {
    let deployment = Deployment::start().await;
    let item_id = item_with_secrets(&deployment).await;

    let page = search(&deployment, item_id).await;

    assert!(page.contains("WAITING_USER_ACTION"), "{page}");
    assert!(!page.contains("SECRET"), "{page}");
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_said_on_the_page_and_fails_a_command() {
    let deployment = Deployment::start().await;
    let mut app = deployment.inspect();
    app.events = store::Events::new(deployment.tables.client.clone(), "no-such-table".to_owned());
    let (now, arn) = (now(), super::FUNCTION_ARN);
    let mut event = sample::json("inspect/widget.json");
    event["itemId"] = Uuid::new_v4().to_string().into();
    let command = sample::json("inspect/item.json");

    let page = inspect::handle(&app, event, arn, now, in_a_minute())
        .await
        .unwrap();
    let report = inspect::handle(&app, command, arn, now, in_a_minute()).await;

    let page = text(serde_json::to_value(page).unwrap());
    assert!(page.contains("The tables cannot be read"), "{page}");
    assert!(report.is_err(), "{report:?}");
}

#[tokio::test]
async fn the_console_gets_the_widgets_parameters_with_an_example() {
    let deployment = Deployment::start().await;

    let documentation = text(inspected(&deployment, sample::json("inspect/describe.json")).await);

    for text in ["**itemId**", "**clientUserId**", "``` yaml"] {
        assert!(documentation.contains(text), "{documentation}");
    }
}
