//! Secrets: the application's credentials in Secrets Manager, and the digests for checking a delivery's
//! secret.

mod accepted;
mod digest;

pub use accepted::AcceptedSecrets;
pub use digest::SecretDigest;
