//! The link of an Open Finance login: shown to its owner, and to nobody else.

use runtime::clock::now;
use serde_json::json;
use tests::{Deployment, sample};

use super::{Log, USER};
use crate::inspect::inspected;

#[tokio::test]
async fn the_link_of_a_login_at_the_bank_is_logged_by_no_function() {
    const BANK_PAGE: &str = "bank.example.com/auth";
    let log = Log::start();
    let deployment = Deployment::start_in_real_time().await;
    tracing::info!("what follows is logged");
    let absent = json!({"cpf": "999.999.999-99"});
    let item_id = deployment.connect_at(601, USER, &absent).await;
    deployment.login_page_opens(item_id).await;
    let event = json!({"event": "item/waiting_user_input", "eventId": "1", "itemId": item_id});
    deployment.deliver(&event).await;
    deployment.sync_all().await;

    let (_, item) = deployment.status_of(USER, item_id).await;
    let listed = deployment.items_of(USER).await;
    let report = inspected(&deployment, json!({"action": "inspect", "itemId": item_id})).await;
    let mut view = sample::json("inspect/widget.json");
    view["itemId"] = json!(item_id);
    let page = inspected(&deployment, view).await;
    let widget_event = json!({
        "event": "ITEM_RESPONSE", "timestamp": 1,
        "item": {"id": item_id, "parameter": {"type": "oauth", "data": item["nextAction"]["link"]}},
    });
    let request = sample::with_body("connect-events/on-open.json", USER, &widget_event);
    connect_events::handle(&deployment.connect_events(), request, now()).await;
    for request in [
        sample::with_body(
            "connect-token/no-body.json",
            USER,
            &json!({"itemId": item_id}),
        ),
        sample::with_body(
            "connect-token/no-body.json",
            "usr_2",
            &json!({"itemId": item_id}),
        ),
    ] {
        connect_token::handle(&deployment.connect_token(), request, now()).await;
    }

    for shown in [&item, &listed] {
        assert!(shown.to_string().contains(BANK_PAGE), "{shown}");
    }
    log.assert_lacks(&[BANK_PAGE]);
    let (report, page) = (report.to_string(), page.to_string());
    assert!(page.contains("open_finance_login"), "{page}");
    let events = format!("{:?}", deployment.tables.event_rows().await);
    let counted = format!("{:?}", deployment.metrics.lines());
    for text in [report, page, events, counted] {
        assert!(!text.contains(BANK_PAGE), "{text}");
    }
}
