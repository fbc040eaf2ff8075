//! The operator's commands, with the permissions of the roles of their functions.

use serde_json::json;
use uuid::Uuid;

use crate::connection::{connect, is_in_phase};
use crate::stack::{Stack, new_user, text};

#[tokio::test]
async fn an_item_is_inspected_replayed_and_imported_through_the_event_table() {
    let stack = Stack::running();
    let user = new_user();
    let id = connect(&stack, &user, "user-ok").await;
    let before = stack.item_once(&user, &id, is_in_phase("ready")).await;
    let read_before = text(&before, "/fetchedAt").to_owned();
    let run = Uuid::new_v4();

    let replayed = stack
        .operate(json!({"action": "replay", "run": run, "clientUserId": user}))
        .await;
    let again = stack
        .operate(json!({"action": "replay", "run": run, "itemId": id}))
        .await;
    let after = stack
        .item_once(&user, &id, |item| item["fetchedAt"] != read_before.as_str())
        .await;
    let searched = stack
        .operate(json!({
            "action": "replay", "run": run, "clientUserId": user, "cursor": replayed["cursor"],
        }))
        .await;
    let imported = stack
        .operate(json!({"action": "import", "run": run, "items": [{"itemId": id}]}))
        .await;
    let inspected = stack
        .inspect(json!({"action": "inspect", "itemId": id}))
        .await;
    let listed = stack
        .inspect(json!({"action": "inspect", "clientUserId": user}))
        .await;
    let page = stack
        .inspect(json!({"itemId": id, "widgetContext": {"theme": "dark"}}))
        .await;

    assert_eq!(replayed["replayed"], 1, "{replayed}");
    assert_eq!(
        (&again["replayed"], &again["known"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(after["phase"], "ready");
    assert_eq!(searched["result"], "replayed", "{searched}");
    assert_eq!(imported["imported"], 1, "{imported}");
    assert_eq!(inspected["owner"], user.as_str(), "{inspected}");
    assert_eq!(inspected["connection"]["phase"], "ready", "{inspected}");
    assert_eq!(listed["items"][0]["itemId"], id.as_str(), "{listed}");
    let page = page.as_str().unwrap();
    assert!(
        page.contains("inspect dark") && page.contains(&id),
        "{page}"
    );
    let rows = stack.event_rows(&format!("ITEM#{id}")).await;
    for prefix in ["replay", "import"] {
        let key = format!("#{prefix}-{run}");
        assert!(
            rows.iter().any(|row| row["sk"].as_s().unwrap() == &key),
            "{key}"
        );
    }
}
