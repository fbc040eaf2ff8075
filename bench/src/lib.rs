//! Figures of the built functions: instructions, size, speed, and cost.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark ends by panicking"
)]

pub mod instructions;
pub mod machine;
pub mod package_size;
pub mod page;
pub mod progress;
pub mod scale;
pub mod speed;
pub mod statistics;
