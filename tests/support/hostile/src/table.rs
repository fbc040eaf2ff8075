//! A fake table that accepts every put, in memory and immediately. The tests are about the code before it.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::test_util::infallible_client_fn;
use lambda_http::http::Response;
use serde_json::Value;

use crate::row::Row;

/// The rows that were put since the last call of `take`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(Arc<Mutex<Vec<Row>>>);

impl Table {
    /// Returns a client of the table.
    pub(crate) fn client(&self) -> Client {
        let rows = Arc::clone(&self.0);
        let http_client = infallible_client_fn(move |request| {
            let put: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
            let row = serde_json::from_value(put["Item"].clone()).unwrap();
            rows.lock().unwrap().push(row);
            Response::new("{}")
        });
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("sa-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .http_client(http_client);
        Client::from_conf(config.build())
    }

    /// Empties the table and returns its rows.
    pub(crate) fn take(&self) -> Vec<Row> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
