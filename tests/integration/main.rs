//! Every function and the store, on real engines: a DynamoDB engine, and the sandbox in place of Pluggy.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod address;
mod api_keys;
mod callers;
mod closed_schema;
mod configuration;
mod connect_events;
mod connect_token;
mod corpus;
mod disconnect;
mod discovery;
mod documents;
mod erasure;
mod event_store;
mod inspect;
mod item_status;
mod item_store;
mod item_sync;
mod limits;
mod logs;
mod observed;
mod odd_values;
mod openapi;
mod operator;
mod pluggy_client;
mod pluggy_data;
mod publish;
mod scheduler;
mod stored_rows;
mod table_stream;
mod transactions_consumer;
mod units;
mod webhook;
mod webhook_registration;
mod wire_types;
