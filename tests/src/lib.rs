//! What the tests stand on: real engines in place of AWS and Pluggy, and the sample events.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub mod deployment;
pub mod sample;
pub mod status_page;
pub mod stream;
pub mod tables;
pub mod wire_types;

pub use deployment::Deployment;
pub use tables::Tables;
