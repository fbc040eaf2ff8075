//! Proofs that nothing is lost: the built functions run as on Lambda, while everything around them fails.
//!
//! `PROOF=long` runs each proof at its full size. `PROOF_SEED` chooses another course of events. `BOOTSTRAPS` names
//! another folder of built functions.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod concurrency;
mod crashes;
mod delivery;
mod duplicates;
mod figures;
mod first_failure;
mod frozen;
mod leaks;
mod machine;
mod measured_functions;
mod outages;
mod pipeline;
mod pluggy_faults;
mod proof;
mod publishing;
mod simulation;
mod stack;
mod store_faults;
