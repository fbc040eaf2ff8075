//! The running local stack as a user, a frontend and Pluggy see it. `make test-end-to-end` starts it.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod app_api;
mod authorization;
mod connect_events;
mod connection;
mod consumers;
mod cors;
mod disconnect;
mod emulator;
mod listener;
mod operator;
mod publishing;
mod routes;
mod stack;
mod tokens;
mod webhook;
