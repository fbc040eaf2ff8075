//! Rows that an earlier release wrote. This release reads them with their original meaning.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pluggy::{ItemId, ItemStatus};
use serde_json::{Value, json};
use store::{EventRow, ItemUpdate, Owner, Provenance, RowState, Schedule, Target};
use tests::Tables;
use tests::deployment::CLIENT_ID;
use tests::tables::Row;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

/// Returns the row in `tests/rows/<path>`, in DynamoDB's own JSON.
fn row(path: &str) -> Value {
    let file = format!("{}/rows/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn attributes(row: &Value) -> Row {
    row.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "S" => AttributeValue::S(value.as_str().unwrap().to_owned()),
        "N" => AttributeValue::N(value.as_str().unwrap().to_owned()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(value.as_str().unwrap()).unwrap())),
        "SS" => AttributeValue::Ss(serde_json::from_value(value.clone()).unwrap()),
        other => panic!("no row has {other}"),
    }
}

async fn stored(path: &str) -> store::StoredItem {
    let tables = Tables::create().await;
    let put = tables
        .client
        .put_item()
        .table_name(&tables.items)
        .set_item(Some(attributes(&row(path))));
    put.send().await.unwrap();
    let id: ItemId = ITEM.parse().unwrap();
    tables.item_store().get(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_item_of_version_1_is_read_whole() {
    let item = stored("v1/item.json").await;

    let owner = item.owner().unwrap();
    assert_eq!(
        (owner.user.as_str(), owner.provenance),
        ("usr_01J9X", Provenance::Response)
    );
    assert_eq!(item.created_at, "2026-09-19T13:10:31.212Z".parse().unwrap());
    assert_eq!(
        item.schedule.next_fetch_at,
        Some("2026-09-20T13:41:00Z".parse().unwrap())
    );
    assert_eq!(item.schedule.fetch_failures, 1);
    let snapshot = item.snapshot().unwrap();
    assert_eq!(snapshot.fetched_at, "2026-09-19T13:11:24Z".parse().unwrap());
    assert_eq!(
        snapshot.version(),
        Some("2026-09-19T13:11:23.613Z".parse().unwrap())
    );
    assert_eq!(
        serde_json::to_value(&snapshot.item).unwrap(),
        json!({
            "id": ITEM,
            "connector": {"id": 601, "name": "Banco", "imageUrl": "https://cdn.example.com/601.svg",
                "primaryColor": "EC7000", "hasMFA": false, "oauth": true, "isOpenFinance": true, "isSandbox": false,
                "health": {"status": "ONLINE"}},
            "createdAt": "2026-09-19T13:10:31.212Z", "updatedAt": "2026-09-19T13:11:23.613Z",
            "lastUpdatedAt": "2026-09-19T13:11:23.595Z", "nextAutoSyncAt": "2026-09-20T13:11:00Z",
            "consentExpiresAt": "2027-09-19T13:10:31Z", "hasResourcesPendingAuthorization": true,
            "status": "OUTDATED", "executionStatus": "USER_INPUT_TIMEOUT",
            "products": ["ACCOUNTS", "TRANSACTIONS"],
            "error": {"code": "USER_INPUT_TIMEOUT", "message": "Requested input expired", "providerMessage": "Expirou",
                "attributes": {"device": "x"}},
            "userAction": {"type": "qr", "instructions": "Scan", "attributes": {"data": "y"},
                "expiresAt": "2026-09-19T13:20:00Z"},
            "parameter": {"name": "oauthCode", "label": "Oauth Code", "type": "oauth",
                "data": "https://bank.example.com/auth?request=abc",
                "instructions": "Log into your bank to continue", "expiresAt": "2026-09-19T13:20:00Z"},
            "statusDetail": {"accounts": {"isUpdated": true, "lastUpdatedAt": "2026-09-19T13:11:20Z"},
                "transactions": {"isUpdated": false, "warnings": [{"code": "001", "message": "m"}]}, "loans": null},
        })
    );
}

/// Guards that a release writes back unchanged what it reads: attributes, types and nested documents.
#[tokio::test]
async fn an_item_of_version_1_is_written_back_byte_for_byte() {
    let item = stored("v1/item.json").await;
    let tables = Tables::create().await;
    let snapshot = item.snapshot().cloned().unwrap();
    let update = ItemUpdate {
        item_id: item.item_id,
        owner: item.owner().cloned(),
        created_at: item.created_at,
        schedule: item.schedule,
    };

    tables
        .item_store()
        .put_snapshot(update, snapshot, &Schedule::default())
        .await
        .unwrap();

    assert_eq!(
        tables.rows(&tables.items).await,
        [attributes(&row("v1/item.json"))]
    );
}

#[tokio::test]
async fn a_placeholder_of_version_1_is_read() {
    let placeholder = stored("v1/placeholder.json").await;

    assert!(!placeholder.is_unconfirmed());
    assert!(matches!(placeholder.state, RowState::Placeholder { .. }));
    let owner = placeholder.owner().unwrap();
    assert_eq!(
        (owner.user.as_str(), owner.provenance),
        ("usr_01J9X", Provenance::Event)
    );
    assert_eq!(
        placeholder.schedule.missing_since,
        Some("2026-09-19T13:11:24Z".parse().unwrap())
    );
}

#[tokio::test]
async fn a_tombstone_of_version_1_is_read() {
    let tombstone = stored("v1/tombstone.json").await;

    let deleted_at = "2026-09-19T13:11:24Z".parse().unwrap();
    let is_erased = false;
    assert_eq!(
        tombstone.state,
        RowState::Tombstone {
            deleted_at,
            is_erased
        }
    );
}

#[tokio::test]
async fn the_known_fields_of_an_item_of_a_later_version_are_read() {
    let tables = Tables::create().await;
    let mut row = attributes(&row("v1/item.json"));
    row.insert("schema".to_owned(), AttributeValue::N("2".to_owned()));
    row.insert("mood".to_owned(), AttributeValue::S("sunny".to_owned()));
    row.insert(
        "status".to_owned(),
        AttributeValue::S("HIBERNATING".to_owned()),
    );
    tables
        .client
        .put_item()
        .table_name(&tables.items)
        .set_item(Some(row))
        .send()
        .await
        .unwrap();

    let item = tables
        .item_store()
        .get(ITEM.parse().unwrap())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(
        item.snapshot().unwrap().item.status,
        ItemStatus::Unknown("HIBERNATING".to_owned())
    );
}

#[test]
fn an_event_of_version_1_is_read_from_the_stream() {
    for (path, user) in [
        ("v1/event.json", Some("usr_01J9X")),
        ("v1/event-compressed.json", Some("usr_01J9X")),
    ] {
        let image = serde_json::from_value(row(path)).unwrap();

        let event = EventRow::from_image(image).unwrap();

        assert_eq!(
            event.target().unwrap(),
            Target::Item(ITEM.parse().unwrap()),
            "{path}"
        );
        assert_eq!(
            event.received_at,
            "2026-11-23T12:00:00Z".parse().unwrap(),
            "{path}"
        );
        assert_eq!(
            event.named_owner(),
            user.map(|user| Owner {
                user: user.parse().unwrap(),
                provenance: Provenance::Event,
            }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_shared_key_of_version_1_is_read() {
    let tables = Tables::create().await;
    let row = attributes(&row("v1/api-key.json"));
    tables
        .client
        .put_item()
        .table_name(&tables.credentials)
        .set_item(Some(row))
        .send()
        .await
        .unwrap();

    let stored = tables
        .credential_store()
        .api_key(CLIENT_ID.parse().unwrap())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(stored.key.expose(), "an-invented-key");
    assert_eq!(stored.expires_at, "2026-11-23T14:00:00Z".parse().unwrap());
}
