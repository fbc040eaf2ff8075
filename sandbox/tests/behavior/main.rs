//! The sandbox over HTTP, as Pluggy's clients and webhooks see it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, and clippy's own allowance ends at `#[test]` functions"
)]

mod accounts;
mod authentication;
mod client;
mod connect_tokens;
mod connectors;
mod consents;
mod deliveries;
mod endpoint;
mod faults;
mod identity;
mod items;
mod life_cycle;
mod pages;
mod transaction_events;
mod transactions;
mod user_acts;
mod webhooks;
