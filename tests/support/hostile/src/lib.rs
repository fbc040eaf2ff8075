//! Properties of the webhook for any input from an untrusted sender. Each of the three panics if it does not hold. The
//! fuzz targets under `fuzz/` run them endlessly. The tests beside this crate run them with the seeds and with
//! generated input.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a property fails by panicking"
)]

mod body;
mod envelope;
mod headers;
mod receiver;
mod row;
mod table;

pub use body::body;
pub use envelope::envelope;
pub use headers::headers;
