//! The four tables, empty, on a real DynamoDB engine: dynoxide in this process, or AWS's DynamoDB
//! Local at `DYNAMODB_LOCAL_URL`.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, HttpClient, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
};
use jiff::{SignedDuration, Timestamp};
use runtime::clock;
use runtime::env::Environment;
use store::{Insertion, Limited, MAX_TOKENS, NewEvent, Permit, schema};
use uuid::Uuid;

/// The event retention in tests.
pub const EVENT_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A row as DynamoDB returns it.
pub type Row = HashMap<String, AttributeValue>;

/// The attributes that a tombstone may have: its key, its times and its schedule.
const OF_TOMBSTONES: [&str; 15] = [
    "pk",
    "schema",
    "createdAt",
    "deletedAt",
    "erased",
    "expiresAt",
    "fetchedAt",
    "fetchShard",
    "nextFetchAt",
    "fetchFailures",
    "confirmingFetches",
    "cutFetches",
    "missingSince",
    "pendingSignal",
    "lastError",
];

/// Returns an attribute of a tombstone that it must not keep, if there is one.
pub fn kept_by_a_tombstone(tombstone: &Row) -> Option<&str> {
    let mut names = tombstone.keys().map(String::as_str);
    names.find(|name| !OF_TOMBSTONES.contains(name))
}

/// Returns whether a row has this text, in an attribute or in its body. The bodies of the tests are too short to be
/// compressed.
pub fn has_text(row: &Row, text: &str) -> bool {
    row.values().any(|value| match value {
        AttributeValue::B(bytes) => String::from_utf8_lossy(bytes.as_ref()).contains(text),
        value => format!("{value:?}").contains(text),
    })
}

/// Four new tables with unique names.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The engine's address, if it has one.
    pub url: Option<String>,
    /// A client for rows, independent of the store.
    pub client: Client,
    /// Name of the event table.
    pub events: String,
    /// Name of the item table.
    pub items: String,
    /// Name of the credential table.
    pub credentials: String,
    /// Name of the limit table.
    pub limits: String,
}

impl Tables {
    /// Creates the tables with the keys, indexes and streams that the template declares.
    pub async fn create() -> Self {
        Self::create_at(engine().await).await
    }

    /// Creates the tables on an engine for tens of thousands of stream records, in `file`. The engine of
    /// [`Self::create`] reads all records of a table for each write, and so becomes slower with each one.
    pub async fn create_for_many_records(file: &Path) -> Self {
        let database = dynoxide::Database::new(file.to_str().unwrap()).unwrap();
        database.enable_bulk_loading().unwrap();
        let index = "CREATE INDEX last_record ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
        let connection = rusqlite::Connection::open(file).unwrap();
        connection.execute(index, []).unwrap();
        Self::create_at(serve(database).await).await
    }

    async fn create_at(url: String) -> Self {
        let tables = Self::create_with(client(&url)).await;
        Self {
            url: Some(url),
            ..tables
        }
    }

    /// Creates the tables on the engine of this client.
    pub async fn create_with(client: Client) -> Self {
        let prefix = Uuid::new_v4();
        let tables = Self {
            url: None,
            client,
            events: format!("{prefix}-events"),
            items: format!("{prefix}-items"),
            credentials: format!("{prefix}-credentials"),
            limits: format!("{prefix}-limits"),
        };
        tables
            .create_table(
                &tables.events,
                &[schema::PARTITION_KEY, schema::SORT_KEY],
                vec![],
                Some(StreamViewType::NewImage),
            )
            .await;
        tables
            .create_table(
                &tables.items,
                &[schema::PARTITION_KEY],
                vec![
                    index(schema::BY_OWNER, schema::OWNER, schema::CREATED_AT_ITEM_ID),
                    index(
                        schema::BY_NEXT_FETCH,
                        schema::FETCH_SHARD,
                        schema::NEXT_FETCH_AT,
                    ),
                ],
                Some(StreamViewType::NewAndOldImages),
            )
            .await;
        for table in [&tables.credentials, &tables.limits] {
            tables
                .create_table(table, &[schema::PARTITION_KEY], vec![], None)
                .await;
        }
        tables
    }

    /// Returns the store's view of the event table.
    pub fn event_store(&self) -> store::Events {
        store::Events::new(self.client.clone(), self.events.clone())
    }

    /// Stores an event.
    pub async fn insert_event(&self, event: &NewEvent) -> Insertion {
        let events = self.event_store();
        events.insert(event, EVENT_RETENTION).await.unwrap()
    }

    /// Returns the store's view of the item table.
    pub fn item_store(&self) -> store::Items {
        store::Items::new(self.client.clone(), self.items.clone())
    }

    /// Returns the store's view of the connectors in the item table.
    pub fn connector_store(&self) -> store::Connectors {
        store::Connectors::new(self.client.clone(), self.items.clone())
    }

    /// Returns the store's view of the credential table.
    pub fn credential_store(&self) -> store::SharedApiKey {
        store::SharedApiKey::new(self.client.clone(), self.credentials.clone())
    }

    /// Returns the store's view of the limit table.
    pub fn limit_store(&self) -> store::Limits {
        store::Limits::new(self.client.clone(), self.limits.clone())
    }

    /// Returns the store's view of the markers of erased users, as a new process has it.
    pub fn erasure_store(&self) -> store::Erasures {
        let key = crate::secrets::erasure_key();
        store::Erasures::new(self.client.clone(), self.limits.clone(), key)
    }

    /// Counts connect-token requests of a user, so that the user has a hint quota.
    pub async fn count_tokens(&self, user: &str, tokens: u32, now: Timestamp) {
        let (user, limits) = (user.parse().unwrap(), self.limit_store());
        for _ in 0..tokens {
            let counted = limits.count(&user, Limited::ConnectToken, now).await;
            assert_eq!(counted.unwrap(), Permit::Granted);
        }
    }

    /// Deletes the counts of every user, and the hint quotas.
    pub async fn forget_limits_of_users(&self) {
        self.forget_limits_of(|key| key.starts_with(schema::USER_PREFIX))
            .await;
    }

    /// Deletes the pace of the fleet too.
    pub async fn forget_limits(&self) {
        self.forget_limits_of(|_| true).await;
    }

    async fn forget_limits_of(&self, is_wanted: impl Fn(&str) -> bool) {
        for row in self.rows(&self.limits).await {
            if !is_wanted(row[schema::PARTITION_KEY].as_s().unwrap()) {
                continue;
            }
            let forget = self.client.delete_item().table_name(&self.limits);
            let key = row[schema::PARTITION_KEY].clone();
            forget.key(schema::PARTITION_KEY, key).send().await.unwrap();
        }
    }

    /// Deletes the counts of every user, and counts as many connect tokens of `user` as the limit allows. The
    /// user then has the greatest hint quota, which is 100.
    pub async fn renew_hints(&self, user: &str) {
        self.forget_limits_of_users().await;
        self.count_tokens(user, MAX_TOKENS, clock::now()).await;
    }

    /// Returns the store's view of discovery's position in the list of items.
    pub fn discovery_place(&self) -> store::DiscoveryPlace {
        store::DiscoveryPlace::new(self.client.clone(), self.credentials.clone())
    }

    /// Returns every event row, oldest first.
    pub async fn event_rows(&self) -> Vec<Row> {
        let mut rows = self.rows(&self.events).await;
        rows.sort_by_key(|row| row["receivedAt"].as_n().unwrap().parse::<i64>().unwrap());
        rows
    }

    /// Returns every row of a table.
    pub async fn rows(&self, table: &str) -> Vec<Row> {
        let scan = self.client.scan().table_name(table).into_paginator();
        scan.items().send().try_collect().await.unwrap()
    }

    /// Creates one more table, as the examples have it, and returns its name.
    pub async fn create_sorted(&self) -> String {
        let name = Uuid::new_v4().to_string();
        let keys = [schema::PARTITION_KEY, schema::SORT_KEY];
        self.create_table(&name, &keys, vec![], None).await;
        name
    }

    async fn create_table(
        &self,
        name: &str,
        keys: &[&str],
        indexes: Vec<GlobalSecondaryIndex>,
        stream: Option<StreamViewType>,
    ) {
        let index_keys = indexes.iter().flat_map(GlobalSecondaryIndex::key_schema);
        let attributes: Vec<AttributeDefinition> = keys
            .iter()
            .copied()
            .chain(index_keys.map(KeySchemaElement::attribute_name))
            .map(attribute)
            .collect();
        self.client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(keys)))
            .set_attribute_definitions(Some(attributes))
            .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
            .set_stream_specification(stream.map(stream_of))
            .send()
            .await
            .unwrap();
    }
}

/// Returns the engine's address.
async fn engine() -> String {
    if let Some(url) = dynamodb_local() {
        return url;
    }
    serve(dynoxide::Database::memory().unwrap()).await
}

async fn serve(database: dynoxide::Database) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    url
}

/// Returns the address of DynamoDB Local, if the tests should use it.
pub fn dynamodb_local() -> Option<String> {
    Environment::of_process().optional("DYNAMODB_LOCAL_URL")
}

/// Returns a client for the engine at `url`.
pub fn client(url: &str) -> Client {
    client_over(url, aws_smithy_http_client::Builder::new().build_http())
}

/// Returns a client that sends its requests for the engine at `url` through `http_client`.
pub fn client_over(url: &str, http_client: impl HttpClient + 'static) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(http_client);
    Client::from_conf(config.build())
}

fn index(name: &str, partition_key: &str, sort_key: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(&[partition_key, sort_key])))
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::KeysOnly)
                .build(),
        )
        .build()
        .unwrap()
}

fn stream_of(view: StreamViewType) -> StreamSpecification {
    StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(view)
        .build()
        .unwrap()
}

fn key_schema(keys: &[&str]) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    keys.iter()
        .zip(kinds)
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(*name)
                .key_type(kind)
                .build()
                .unwrap()
        })
        .collect()
}

fn attribute(name: &str) -> AttributeDefinition {
    let kind = if name == schema::NEXT_FETCH_AT {
        ScalarAttributeType::N
    } else {
        ScalarAttributeType::S
    };
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
        .unwrap()
}
