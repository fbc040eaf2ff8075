//! Comparisons of the deployed artifacts with what the code relies on: the transformed template and the built
//! bootstraps. `make test-template` makes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod alarms;
mod artifacts;
mod bootstraps;
mod dashboard;
mod environment;
mod functions;
mod gateway;
mod logs;
mod outputs;
mod permissions;
mod publishing;
mod resource_policies;
mod runbook;
mod samconfig;
mod stream;
mod tables;
mod template;
mod webhook_url;
