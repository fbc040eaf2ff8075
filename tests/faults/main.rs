//! Proofs that nothing is lost: the built functions, run as Lambda runs them, while everything around them goes wrong.
//!
//! `PROOF=long` runs each of them at its full size, `PROOF_SEED` chooses another course of events, and `BOOTSTRAPS` names
//! another folder of built functions.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod crashes;
mod delivery;
mod duplicates;
mod figures;
mod first_failure;
mod frozen;
mod hop;
mod leaks;
mod machine;
mod outages;
mod pluggy_faults;
mod proof;
mod publishing;
mod scene;
mod simulation;
mod stack;
mod store_faults;
