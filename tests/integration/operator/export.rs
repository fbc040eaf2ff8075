//! The export of a user: every row of every table that holds something about the user, and no other.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::NewEvent;
use tests::Deployment;
use tests::deployment::in_a_minute;
use tests::tables::{Row, has_text};

use super::{USER, event};
use crate::closed_schema;

const OTHER: &str = "usr_of_somebody_else";
const BANK_PAGE: &str = "bank.example.com/auth";
/// What Lambda returns at most.
const MAX_RESPONSE: usize = 6_000_000;

/// A table, and the key of a row.
type Key = (String, String, Option<String>);

/// Returns the document of all pages at `at`, as the command line writes it, and the number of its pages. Asserts that it
/// matches its schema.
async fn exported(deployment: &Deployment, user: &str, at: Timestamp) -> (Value, usize) {
    let mut command = json!({"action": "export", "clientUserId": user});
    let (mut rows, mut pages) = (Vec::new(), 0);
    loop {
        let app = deployment.operator();
        let page = operator::handle(&app, command.clone(), at, in_a_minute()).await;
        let page = serde_json::to_value(page.unwrap()).unwrap();
        assert_eq!(page["result"], "exported");
        assert!(page.to_string().len() < MAX_RESPONSE);
        rows.extend(page["rows"].as_array().unwrap().iter().cloned());
        pages += 1;
        if page["cursor"].is_null() {
            let document = json!({
                "schemaVersion": page["schemaVersion"], "clientUserId": user,
                "exportedAt": page["exportedAt"], "rows": rows,
            });
            assert_matches_its_schema(&document);
            return (document, pages);
        }
        command["cursor"] = page["cursor"].clone();
    }
}

fn schema() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/export.v1.schema.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_matches_its_schema(document: &Value) {
    let validator = closed_schema::validator(&schema());
    let flaws: Vec<String> = validator
        .iter_errors(document)
        .map(|flaw| format!("{}: {flaw}", flaw.instance_path()))
        .collect();
    assert!(flaws.is_empty(), "{flaws:?}");
}

/// Returns the rows of a document by their keys. Asserts that none is there twice.
fn by_key(document: &Value) -> BTreeMap<Key, &Value> {
    let rows = document["rows"].as_array().unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let keys = rows.iter().map(|row| {
        let attributes = &row["attributes"];
        let key = (text(&row["table"]), text(&attributes["pk"]));
        let (Some(table), Some(pk)) = key else {
            panic!("{row}")
        };
        ((table, pk, text(&attributes["sk"])), row)
    });
    let by_key: BTreeMap<_, _> = keys.collect();
    assert_eq!(by_key.len(), rows.len());
    by_key
}

/// Returns every row of every table by its key.
async fn all_rows(deployment: &Deployment) -> BTreeMap<Key, Row> {
    let tables = &deployment.tables;
    let mut all = BTreeMap::new();
    for (name, table) in [
        ("EventTable", &tables.events),
        ("ItemTable", &tables.items),
        ("CredentialTable", &tables.credentials),
        ("LimitTable", &tables.limits),
    ] {
        for row in tables.rows(table).await {
            let text = |name: &str| row.get(name).map(|value| value.as_s().unwrap().clone());
            all.insert((name.to_owned(), text("pk").unwrap(), text("sk")), row);
        }
    }
    all
}

fn digest(user: &str) -> String {
    hex::encode(&Sha256::digest(user)[..16])
}

/// Connects an item of `user` that is ready, and stores its row.
async fn ready(deployment: &Deployment, user: &str) -> ItemId {
    let item_id = deployment.connect(user, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let id = format!("created-{item_id}");
    deployment
        .deliver(&event("item/created", &id, item_id, user))
        .await;
    item_id
}

async fn hint(deployment: &Deployment, item_id: ItemId, user: &str) {
    let hint = NewEvent::hint(item_id, &user.parse().unwrap(), now());
    deployment.tables.insert_event(&hint).await;
}

#[tokio::test]
async fn everything_that_the_tables_hold_about_a_user_is_exported_and_nothing_of_another() {
    let deployment = Deployment::start().await;
    let own = ready(&deployment, USER).await;
    let deleted = ready(&deployment, USER).await;
    let others = ready(&deployment, OTHER).await;
    deployment.sync_all().await;
    deployment
        .pluggy_client()
        .delete_item(deleted, now())
        .await
        .unwrap();
    let lost: ItemId = "9a7b6c5d-0000-4000-8000-0000000000aa".parse().unwrap();
    for body in [
        json!({"event": "item/deleted", "eventId": "2", "itemId": deleted}),
        json!({"event": "transactions/created", "eventId": "3", "itemId": own, "accountId": own}),
        json!({"event": "transactions/created", "eventId": "4", "itemId": others}),
        json!({"event": "payment_intent/created", "eventId": "5", "paymentIntentId": "p", "clientUserId": USER}),
        json!({"event": "payment_intent/created", "eventId": "6", "paymentIntentId": "p", "clientUserId": OTHER}),
        json!({"event": "connector/status_updated", "eventId": "7", "connectorId": 2}),
        event("item/updated", "8", lost, USER),
        json!({"event": "item/error", "eventId": "9", "itemId": lost}),
    ] {
        deployment.deliver(&body).await;
    }
    deployment.sync_all().await;
    deployment.assert_tombstone(deleted).await;
    // A user may name an item of another one. Each hint is about the user who gave it.
    hint(&deployment, others, USER).await;
    hint(&deployment, own, OTHER).await;

    let (document, _) = exported(&deployment, USER, now()).await;

    let exported = by_key(&document);
    let all = all_rows(&deployment).await;
    let is_theirs = |(_, pk, _): &Key, row: &Row| {
        let names_them = has_text(row, USER) || has_text(row, &digest(USER));
        let is_about_them = [own, deleted, lost]
            .iter()
            .any(|id| *pk == format!("ITEM#{id}"));
        let is_tombstone = row.contains_key("deletedAt");
        (names_them || (is_about_them && !is_tombstone)) && !has_text(row, OTHER)
    };
    let expected = all.iter().filter(|(key, row)| is_theirs(key, row));
    let expected: BTreeSet<&Key> = expected.map(|(key, _)| key).collect();
    assert_eq!(exported.keys().collect::<BTreeSet<_>>(), expected);
    for (key, row) in &exported {
        let attributes = row["attributes"].as_object().unwrap();
        assert_eq!(
            attributes.keys().collect::<BTreeSet<_>>(),
            all[key].keys().collect(),
            "{key:?}"
        );
        assert_eq!(row["leftOut"], json!([]));
    }
    assert!(!document.to_string().contains(OTHER));
    assert!(!document.to_string().contains(&digest(OTHER)));
    for (table, least) in [("EventTable", 8), ("ItemTable", 2), ("LimitTable", 1)] {
        let count = exported.keys().filter(|key| key.0 == table).count();
        assert!(count >= least, "{count} rows of {table}");
    }
    let payment = exported
        .values()
        .find(|row| row["attributes"]["sk"] == "5")
        .unwrap();
    assert_eq!(payment["attributes"]["body"]["clientUserId"], USER);
}

#[tokio::test]
async fn the_link_of_a_login_is_left_out_while_it_is_valid() {
    let deployment = Deployment::start_in_real_time().await;
    let absent = json!({"cpf": "999.999.999-99"});
    let item_id = deployment.connect_at(601, USER, &absent).await;
    deployment.login_page_opens(item_id).await;
    let body = json!({
        "event": "item/waiting_user_input", "eventId": "1", "itemId": item_id, "clientUserId": USER,
    });
    deployment.deliver(&body).await;
    deployment.sync_all().await;
    let tables = &deployment.tables;
    let rows = tables.rows(&tables.items).await;
    assert!(rows.iter().any(|row| has_text(row, BANK_PAGE)));

    let (valid, _) = exported(&deployment, USER, now()).await;
    let in_a_day = now() + SignedDuration::from_hours(24);
    let (expired, _) = exported(&deployment, USER, in_a_day).await;

    let item = |document: &Value| {
        let key = ("ItemTable".to_owned(), format!("ITEM#{item_id}"), None);
        by_key(document)[&key].clone()
    };
    assert!(!valid.to_string().contains(BANK_PAGE));
    assert_eq!(item(&valid)["leftOut"], json!(["parameter.data"]));
    assert_eq!(item(&valid)["attributes"]["parameter"]["type"], "oauth");
    assert!(expired.to_string().contains(BANK_PAGE), "nobody can use it");
    assert_eq!(item(&expired)["leftOut"], json!([]));
}

#[tokio::test]
async fn a_long_export_comes_in_pages_that_fit_a_response() {
    const EVENTS: usize = 30;
    let deployment = Deployment::start().await;
    let item_id = ready(&deployment, USER).await;
    deployment.sync_all().await;
    let padding = "x".repeat(200_000);
    for number in 0..EVENTS {
        let mut body = event("item/updated", &format!("long-{number}"), item_id, USER);
        body["padding"] = padding.as_str().into();
        deployment.deliver(&body).await;
    }

    let (document, pages) = exported(&deployment, USER, now()).await;

    assert!(
        pages >= 4,
        "{pages}: one of the items, and those of 6 MB of events"
    );
    let rows = by_key(&document);
    let long = rows
        .values()
        .filter(|row| row["attributes"]["body"]["padding"] == padding.as_str());
    assert_eq!(long.count(), EVENTS);
}

#[tokio::test]
async fn of_an_erased_user_the_marker_and_the_progress_are_left() {
    let deployment = Deployment::start().await;
    let own = ready(&deployment, USER).await;
    ready(&deployment, OTHER).await;
    deployment.sync_all().await;
    let erase = json!({"action": "erase", "clientUserId": USER});
    let receipt = erasure::handle(&deployment.erasure(), erase, now(), in_a_minute()).await;
    let receipt = serde_json::to_value(receipt.unwrap()).unwrap();
    assert_eq!(receipt["stage"], "requested");
    let hmac = receipt["userHmac"].as_str().unwrap();
    let cursor = r#"{"pk":"ITEM#of-somebody"}"#;
    let tables = &deployment.tables;
    let update = tables.client.update_item().table_name(&tables.limits);
    let update = update
        .key("pk", AttributeValue::S(format!("ERASURE#{hmac}")))
        .update_expression("SET searchCursor = :cursor")
        .expression_attribute_values(":cursor", AttributeValue::S(cursor.to_owned()));
    update.send().await.unwrap();

    let (document, _) = exported(&deployment, USER, now()).await;
    let (of_other, _) = exported(&deployment, OTHER, now()).await;

    let exported = by_key(&document);
    let key = |prefix: &str| ("LimitTable".to_owned(), format!("{prefix}{hmac}"), None);
    let keys: Vec<&Key> = exported.keys().collect();
    assert_eq!(keys, [&key("ERASED#"), &key("ERASURE#")]);
    let progress = exported[&key("ERASURE#")];
    assert_eq!(
        progress["attributes"]["erasedItems"],
        json!({own.to_string(): "done"})
    );
    assert_eq!(progress["attributes"]["erasedCounts"]["itemsDeleted"], 1);
    assert_eq!(progress["leftOut"], json!(["searchCursor"]));
    assert!(!of_other.to_string().contains(hmac));
}

#[tokio::test]
async fn nothing_is_held_about_an_unknown_user() {
    let deployment = Deployment::start().await;
    ready(&deployment, USER).await;
    deployment.sync_all().await;

    let (document, _) = exported(&deployment, "usr_01J9", now()).await;

    assert_eq!(document["rows"], json!([]));
}

#[test]
fn every_example_of_the_schema_of_an_export_is_valid_and_no_field_can_be_added() {
    let schema = schema();
    let validator = closed_schema::validator(&schema);

    for example in schema["examples"].as_array().unwrap() {
        assert_matches_its_schema(example);
        for number in 0..example["rows"].as_array().unwrap().len() {
            let mut with = example.clone();
            with["rows"][number]["attributes"]["another"] = json!(1);
            assert!(!validator.is_valid(&with), "{number}");
        }
        let mut without = example.clone();
        without.as_object_mut().unwrap().remove("rows");
        assert!(!validator.is_valid(&without));
    }
}
