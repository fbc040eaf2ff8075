//! Holds what is deployed against what the code relies on: the transformed template and the built bootstraps, as
//! `make test-template` leaves them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod alarms;
mod artifacts;
mod bootstraps;
mod environment;
mod functions;
mod gateway;
mod logs;
mod permissions;
mod publishing;
mod runbook;
mod samconfig;
mod stream;
mod tables;
mod template;
mod webhook_url;
