//! The stream of a table, as the engine itself serves it.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Tables;

/// A signature that neither engine checks. DynamoDB Local derives from it whose tables it serves.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=local/20261123/sa-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none";

/// A reader of a table's stream, from its beginning.
pub struct TableStream {
    client: reqwest::Client,
    url: String,
    arn: String,
    /// The position in each shard.
    positions: BTreeMap<String, String>,
}

impl TableStream {
    /// Returns the stream of one of these tables, from the first write on.
    pub async fn of(tables: &Tables, table: &str) -> Self {
        let description = tables.client.describe_table().table_name(table).send();
        let table = description.await.unwrap().table.unwrap();
        Self {
            client: reqwest::Client::new(),
            url: tables.url.clone().unwrap(),
            arn: table.latest_stream_arn.unwrap(),
            positions: BTreeMap::new(),
        }
    }

    /// Returns the records written since the last call, as Lambda delivers them.
    pub async fn new_records(&mut self) -> Vec<Value> {
        let stream = self
            .call("DescribeStream", json!({ "StreamArn": self.arn }))
            .await;
        let shards = stream["StreamDescription"]["Shards"]
            .as_array()
            .unwrap()
            .clone();
        let mut records = Vec::new();
        // A shard follows its parent in the list.
        for shard in shards {
            let id = shard["ShardId"].as_str().unwrap();
            let mut position = self.position(id).await;
            loop {
                let request = json!({ "ShardIterator": position, "Limit": 1000 });
                let answer = self.call("GetRecords", request).await;
                let page = answer["Records"].as_array().unwrap();
                records.extend(page.iter().map(|record| self.handed_over(record)));
                let Some(next) = answer["NextShardIterator"].as_str() else {
                    // A closed shard gets no new records. It is read again from its last position.
                    break;
                };
                next.clone_into(&mut position);
                if page.is_empty() {
                    break;
                }
            }
            self.positions.insert(id.to_owned(), position);
        }
        records
    }

    async fn position(&self, shard_id: &str) -> String {
        if let Some(position) = self.positions.get(shard_id) {
            return position.clone();
        }
        let request = json!({
            "StreamArn": self.arn, "ShardId": shard_id, "ShardIteratorType": "TRIM_HORIZON",
        });
        let answer = self.call("GetShardIterator", request).await;
        answer["ShardIterator"].as_str().unwrap().to_owned()
    }

    /// Adds the stream's name, as Lambda does.
    fn handed_over(&self, record: &Value) -> Value {
        let mut record = record.clone();
        record["eventSourceARN"] = self.arn.clone().into();
        record
    }

    async fn call(&self, operation: &str, request: Value) -> Value {
        let answer = self
            .client
            .post(&self.url)
            .header(
                "X-Amz-Target",
                format!("DynamoDBStreams_20120810.{operation}"),
            )
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("Authorization", AUTHORIZATION)
            .header("X-Amz-Date", "20261123T120000Z")
            .body(request.to_string());
        let answer = answer.send().await.unwrap();
        let status = answer.status();
        let answer = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert!(status.is_success(), "{operation}: {answer}");
        answer
    }
}
