//! A substitute for waiting: a later due time is set to now.

use aws_sdk_dynamodb::types::AttributeValue;
use client::StoredApiKey;
use jiff::SignedDuration;
use runtime::clock::now;
use store::schema;
use tests::deployment::CLIENT_ID;

use super::Stack;

impl Stack {
    /// Sets the next fetch of every item to now, as if the time until then had passed.
    pub(crate) async fn pass_time_until_all_are_due(&self) {
        let tables = &self.deployment.tables;
        // By then, no limit of Pluggy's matters any more.
        tables.forget_limits().await;
        let due = (now() - SignedDuration::from_secs(1)).as_millisecond();
        for row in tables.rows(&tables.items).await {
            if !row.contains_key(schema::NEXT_FETCH_AT) {
                continue;
            }
            tables
                .client
                .update_item()
                .table_name(&tables.items)
                .key(schema::PARTITION_KEY, row[schema::PARTITION_KEY].clone())
                .update_expression("SET #nextFetchAt = :due")
                .expression_attribute_names("#nextFetchAt", schema::NEXT_FETCH_AT)
                .expression_attribute_values(":due", AttributeValue::N(due.to_string()))
                .send()
                .await
                .unwrap();
        }
    }

    /// Backdates the shared key, as if the time until its renewal had passed.
    pub(crate) async fn pass_time_until_the_key_may_be_renewed(&self) {
        let tables = &self.deployment.tables;
        let store = tables.credential_store();
        let client_id = CLIENT_ID.parse().unwrap();
        let Some(key) = store.api_key(client_id).await.unwrap() else {
            return;
        };
        for row in tables.rows(&tables.credentials).await {
            let delete = tables.client.delete_item().table_name(&tables.credentials);
            let key = row[schema::PARTITION_KEY].clone();
            delete.key(schema::PARTITION_KEY, key).send().await.unwrap();
        }
        let aged = StoredApiKey {
            issued_at: now() - SignedDuration::from_mins(30),
            ..key
        };
        store.put_api_key(&aged).await.unwrap();
    }
}
