//! The funnel metrics: the counts and their dimensions.

use pluggy::ConnectEventKind;
use serde_json::{Value, json};
use tests::Deployment;

use super::{ITEM, TAKEN, USER, answer, relayed, request, with_hints};

/// Returns the metrics that CloudWatch makes of a line: dimensions, name, value.
fn metrics(line: &Value) -> Vec<(Vec<&str>, &str, i64)> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    directives
        .iter()
        .flat_map(|directive| {
            let [dimensions] = &directive["Dimensions"].as_array().unwrap()[..] else {
                panic!("one set of dimensions: {line}");
            };
            let dimensions = dimensions.as_array().unwrap();
            let dimensions: Vec<_> = dimensions
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect();
            let metrics = directive["Metrics"].as_array().unwrap();
            metrics.iter().map(move |metric| {
                let name = metric["Name"].as_str().unwrap();
                (dimensions.clone(), name, line[name].as_i64().unwrap())
            })
        })
        .collect()
}

async fn line_of(body: &Value) -> Value {
    let deployment = Deployment::start().await;
    answer(&deployment, relayed(USER, body)).await;
    deployment.metrics.lines().pop().unwrap()
}

#[tokio::test]
async fn every_event_counts_once_under_its_name() {
    let deployment = Deployment::start().await;

    for (sample, name) in TAKEN {
        answer(&deployment, request(sample)).await;

        let line = deployment.metrics.lines().pop().unwrap();
        assert_eq!(line["ConnectEvent"], name, "{sample}");
        let counted = (vec!["ConnectEvent"], "ConnectEvents", 1);
        assert_eq!(metrics(&line)[0], counted, "{sample}");
    }

    assert_eq!(deployment.metrics.lines().len(), TAKEN.len());
    for kind in ConnectEventKind::KNOWN {
        assert!(
            TAKEN.iter().any(|(_, name)| *name == kind.as_str()),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn nothing_that_a_caller_writes_becomes_a_dimension() {
    let body = json!({
        "event": "MY_OWN_EVENT_42", "timestamp": 1, "connectorId": 987_654, "code": "MY_OWN_CODE",
    });

    let line = line_of(&body).await;

    assert_eq!(metrics(&line), [(vec!["ConnectEvent"], "ConnectEvents", 1)]);
    assert_eq!(line["ConnectEvent"], "other");
    assert_eq!(line["connector.id"], 987_654);
    assert_eq!(line["error.code"], "MY_OWN_CODE");
    assert!(!line.to_string().contains("MY_OWN_EVENT_42"), "{line}");
}

#[tokio::test]
async fn a_hint_counts_as_new_or_repeated_without_a_dimension() {
    let deployment = with_hints().await;
    let body = json!({"event": "onClose", "timestamp": 1, "itemId": ITEM});

    for hint in ["HintsStored", "HintsRepeated"] {
        answer(&deployment, relayed(USER, &body)).await;

        let line = deployment.metrics.lines().pop().unwrap();
        assert_eq!(
            metrics(&line),
            [
                (vec!["ConnectEvent"], "ConnectEvents", 1),
                (vec![], hint, 1)
            ]
        );
        assert_eq!(line["item.id"], ITEM);
    }
}

#[tokio::test]
async fn a_connector_is_logged_wherever_the_widget_has_it() {
    for connector in [
        json!({"connectorId": 201}),
        json!({"connector": {"id": 201, "name": "Bank"}}),
        json!({"connector": {"id": 201}, "connectorId": 7}),
    ] {
        let mut body = json!({"event": "SELECTED_INSTITUTION", "timestamp": 1});
        for (field, value) in connector.as_object().unwrap() {
            body[field] = value.clone();
        }

        assert_eq!(line_of(&body).await["connector.id"], 201, "{connector}");
    }
    let undone = json!({"event": "SELECTED_INSTITUTION", "timestamp": 1, "connector": null});
    assert_eq!(line_of(&undone).await["connector.id"], Value::Null);
}

#[tokio::test]
async fn a_number_in_the_place_of_a_code_is_not_logged() {
    let body = json!({"event": "onError", "timestamp": 1, "code": "11122233396"});

    let line = line_of(&body).await;

    assert_eq!(line["error.code"], Value::Null);
    assert!(!line.to_string().contains("11122233396"), "{line}");
}
