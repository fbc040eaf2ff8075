//! Histories of one item over the real decision code. For any events, in any order, beside other items, and with processes
//! killed anywhere, the row ends in the item's true state at Pluggy.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod attack_figures;
mod checks;
mod engine;
mod erasure;
mod events;
mod figures;
mod flood;
mod forger;
mod gate;
mod hints;
mod history;
mod hostile_user;
mod invocation;
mod model;
mod neighbors;
mod permutations;
mod plan;
mod pluggy;
mod random;
mod run;
mod settle;
mod signal;
mod stall;
mod step;
mod testbed;
mod workers;
