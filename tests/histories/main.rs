//! Histories of one item over the real decision code: whatever happens, in whatever order, and
//! wherever processes are killed, the row ends as what is true at Pluggy.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod checks;
mod engine;
mod events;
mod figures;
mod gate;
mod hints;
mod invocation;
mod permutations;
mod plan;
mod pluggy;
mod random;
mod run;
mod settle;
mod stand;
mod step;
mod told;
mod workshop;
mod world;
