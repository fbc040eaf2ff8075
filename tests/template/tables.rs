//! The tables: they have the keys, indexes and expiry that the store names.

use serde_json::{Value, json};
use store::schema::{
    BY_NEXT_FETCH, BY_OWNER, CREATED_AT_ITEM_ID, EXPIRES_AT, FETCH_SHARD, NEXT_FETCH_AT, OWNER,
    PARTITION_KEY, SORT_KEY,
};

use crate::template::Template;

const EVENT_TABLE: &str = "EventTable";
const ITEM_TABLE: &str = "ItemTable";
const CREDENTIAL_TABLE: &str = "CredentialTable";
const LIMIT_TABLE: &str = "LimitTable";

#[test]
fn the_event_table_has_the_schema_of_the_store() {
    let table = Table::load(EVENT_TABLE);

    assert_eq!(
        table.keys(),
        [(PARTITION_KEY, "HASH", "S"), (SORT_KEY, "RANGE", "S")]
    );
    assert_eq!(table.expiry(), Some(EXPIRES_AT));
    assert_eq!(table.stream(), Some("NEW_IMAGE"));
    assert!(table.indexes().is_empty());
}

#[test]
fn the_item_table_has_the_schema_of_the_store() {
    let table = Table::load(ITEM_TABLE);

    assert_eq!(table.keys(), [(PARTITION_KEY, "HASH", "S")]);
    assert_eq!(
        table.indexes(),
        [
            (
                BY_OWNER,
                "KEYS_ONLY",
                vec![(OWNER, "HASH", "S"), (CREATED_AT_ITEM_ID, "RANGE", "S")]
            ),
            (
                BY_NEXT_FETCH,
                "KEYS_ONLY",
                vec![(FETCH_SHARD, "HASH", "S"), (NEXT_FETCH_AT, "RANGE", "N")]
            ),
        ]
    );
    assert_eq!(table.expiry(), Some(EXPIRES_AT));
    assert_eq!(table.stream(), Some("NEW_AND_OLD_IMAGES"));
}

#[test]
fn the_credential_table_has_the_schema_of_the_store() {
    let table = Table::load(CREDENTIAL_TABLE);

    assert_eq!(table.keys(), [(PARTITION_KEY, "HASH", "S")]);
    assert_eq!(table.expiry(), Some(EXPIRES_AT));
    // A Pluggy API key must not get into a stream.
    assert_eq!(table.stream(), None);
    assert!(table.indexes().is_empty());
}

#[test]
fn the_limit_table_has_the_schema_of_the_store() {
    let table = Table::load(LIMIT_TABLE);

    assert_eq!(table.keys(), [(PARTITION_KEY, "HASH", "S")]);
    assert_eq!(table.expiry(), Some(EXPIRES_AT));
    assert_eq!(table.stream(), None);
    assert!(table.indexes().is_empty());
}

#[test]
fn only_the_items_are_in_backups() {
    for (name, is_in_backups) in [
        (EVENT_TABLE, false),
        (ITEM_TABLE, true),
        (CREDENTIAL_TABLE, false),
        (LIMIT_TABLE, false),
    ] {
        let table = Table::load(name);

        let recovery =
            &table.properties()["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];

        assert_eq!(recovery == &json!(true), is_in_backups, "{name}");
    }
}

#[test]
fn no_table_is_lost_with_its_stack() {
    let template = Template::load();

    let tables = template.resources("AWS::DynamoDB::Table");

    assert_eq!(tables.len(), 4);
    for (name, table) in tables {
        // A failed first deployment must leave no table that blocks the second one.
        assert_eq!(table["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
        assert_eq!(table["UpdateReplacePolicy"], "Retain", "{name}");
        assert_eq!(
            table["Properties"]["DeletionProtectionEnabled"],
            json!({ "Ref": "DeletionProtection" }),
            "{name}"
        );
        assert_eq!(
            table["Properties"]["SSESpecification"],
            json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId":
                { "Fn::If": ["HasKmsKey", { "Ref": "KmsKeyArn" }, { "Ref": "AWS::NoValue" }] } }),
            "{name}"
        );
        assert_eq!(
            table["Properties"]["BillingMode"], "PAY_PER_REQUEST",
            "{name}"
        );
    }
}

/// Guards the rollback of a first deployment, which would fail on protected tables.
#[test]
fn the_first_deployment_can_be_rolled_back() {
    let template = Template::load();

    assert_eq!(
        template.default_of("DeletionProtection").as_deref(),
        Some("false")
    );
}

/// Name, role in the key, type.
type Key<'a> = (&'a str, &'a str, &'a str);

struct Table {
    template: Template,
    name: &'static str,
}

impl Table {
    fn load(name: &'static str) -> Self {
        Self {
            template: Template::load(),
            name,
        }
    }

    fn properties(&self) -> &Value {
        self.template.properties(self.name)
    }

    fn keys(&self) -> Vec<Key<'_>> {
        self.typed_keys(&self.properties()["KeySchema"])
    }

    fn indexes(&self) -> Vec<(&str, &str, Vec<Key<'_>>)> {
        let indexes = self.properties()["GlobalSecondaryIndexes"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        indexes
            .iter()
            .map(|index| {
                let projection = index["Projection"]["ProjectionType"].as_str().unwrap();
                (
                    index["IndexName"].as_str().unwrap(),
                    projection,
                    self.typed_keys(&index["KeySchema"]),
                )
            })
            .collect()
    }

    fn expiry(&self) -> Option<&str> {
        let expiry = &self.properties()["TimeToLiveSpecification"];
        expiry["AttributeName"]
            .as_str()
            .filter(|_| expiry["Enabled"] == true)
    }

    fn stream(&self) -> Option<&str> {
        self.properties()["StreamSpecification"]["StreamViewType"].as_str()
    }

    fn typed_keys<'a>(&'a self, schema: &'a Value) -> Vec<Key<'a>> {
        let attributes = self.properties()["AttributeDefinitions"]
            .as_array()
            .unwrap();
        schema
            .as_array()
            .unwrap()
            .iter()
            .map(|key| {
                let definition = attributes
                    .iter()
                    .find(|attribute| attribute["AttributeName"] == key["AttributeName"]);
                let kind = definition
                    .and_then(|definition| definition["AttributeType"].as_str())
                    .unwrap();
                (
                    key["AttributeName"].as_str().unwrap(),
                    key["KeyType"].as_str().unwrap(),
                    kind,
                )
            })
            .collect()
    }
}
