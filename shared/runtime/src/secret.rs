//! Digests for checking a delivery's secret.

mod accepted;
mod digest;

pub use accepted::AcceptedSecrets;
pub use digest::SecretDigest;
