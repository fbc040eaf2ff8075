//! What holds for the webhook whatever a stranger sends: three properties, each of which panics where
//! it does not hold. The fuzz targets under `fuzz/` feed them without end, the tests beside this
//! with the seeds and with generated input.

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
