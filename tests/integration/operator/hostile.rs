//! Malformed commands and unexpected rows.

use aws_sdk_dynamodb::types::AttributeValue;
use operator::Report;
use runtime::clock::now;
use serde_json::json;
use tests::tables::Row;
use tests::{Deployment, Tables, sample};
use uuid::Uuid;

use super::{RUN, USER, ask, event, everything, replay_to_the_end};
use crate::inspect::inspected;

async fn put_event(tables: &Tables, row: Row) {
    tables
        .client
        .put_item()
        .table_name(&tables.events)
        .set_item(Some(row))
        .send()
        .await
        .unwrap();
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[tokio::test]
async fn a_command_that_is_refused_does_nothing() {
    let deployment = Deployment::start().await;
    let items = json!([{"itemId": Uuid::new_v4()}, {"itemId": "x"}]);

    for command in [
        json!({"action": "import", "run": RUN, "items": items}),
        json!({"action": "replay", "run": RUN, "since": "2000-01-01T00:00:00Z", "cursor": "e30"}),
        json!(null),
        sample::json("operator/unknown-action.json"),
    ] {
        let report = ask(&deployment, command.clone()).await;

        assert!(
            matches!(report, Report::Refused(_)),
            "{command}: {report:?}"
        );
    }
    assert_eq!(deployment.tables.event_rows().await.len(), 0);
}

#[tokio::test]
async fn the_sample_commands_are_understood() {
    let deployment = Deployment::start().await;

    for sample in [
        "export",
        "import",
        "replay-item",
        "replay-since",
        "replay-user",
    ] {
        let report = ask(
            &deployment,
            sample::json(&format!("operator/{sample}.json")),
        )
        .await;

        assert!(
            !matches!(report, Report::Refused(_)),
            "{sample}: {report:?}"
        );
    }
}

#[tokio::test]
async fn an_event_row_that_cannot_be_read_does_not_hide_the_others() {
    let deployment = Deployment::start().await;
    let item_id = Uuid::new_v4().to_string();
    let readable = event("item/created", "1", item_id.parse().unwrap(), USER);
    deployment.deliver(&readable).await;
    let expires_at = number(now().as_second() + 3_600);
    let received_at = number(now().as_millisecond());
    for (partition, name, received_at, origin) in [
        (
            format!("ITEM#{item_id}"),
            number(7),
            received_at.clone(),
            text("webhook"),
        ),
        (
            format!("ITEM#{}", Uuid::new_v4()),
            text("item/created"),
            received_at.clone(),
            text("stork"),
        ),
        (
            "ITEM#not-a-uuid".to_owned(),
            text("item/created"),
            received_at.clone(),
            text("webhook"),
        ),
        (
            "CONNECTOR#sha256-00".to_owned(),
            text("connector/x"),
            received_at,
            text("webhook"),
        ),
    ] {
        let row = Row::from([
            ("pk".to_owned(), text(&partition)),
            ("sk".to_owned(), text("odd")),
            ("event".to_owned(), name),
            ("receivedAt".to_owned(), received_at),
            ("origin".to_owned(), origin),
            ("expiresAt".to_owned(), expires_at.clone()),
        ]);
        put_event(&deployment.tables, row).await;
    }

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;

    assert_eq!(fetches, 1);
    let report = inspected(&deployment, json!({"action": "inspect", "itemId": item_id})).await;
    assert_eq!(report["eventsTotal"], 2, "{report}");
}
