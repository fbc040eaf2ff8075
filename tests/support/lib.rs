//! Test support: real engines in place of AWS and Pluggy, and the sample events.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

pub mod connect_answers;
pub mod deployment;
pub mod function_settings;
pub mod odd;
pub mod outage;
pub mod publishing;
pub mod sample;
pub mod secrets;
pub mod status_page;
pub mod stream;
pub mod table_stream;
pub mod tables;
pub mod testbed;
pub mod wire_types;

pub use connect_answers::connect_answers;
pub use deployment::Deployment;
pub use table_stream::TableStream;
pub use tables::Tables;
pub use testbed::Testbed;

/// Returns an owner whom Pluggy's response names.
pub fn owner(user: &str) -> store::Owner {
    store::Owner {
        user: user.parse().unwrap(),
        provenance: store::Provenance::Response,
    }
}
