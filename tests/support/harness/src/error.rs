//! Why something could not be started.

use std::io;
use std::path::PathBuf;

/// Why something could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No port of the loopback is free.
    #[error("cannot listen on the loopback")]
    Listen(#[source] io::Error),
    /// The function's binary is not there, or cannot be run.
    #[error("cannot run {}", bootstrap.display())]
    Spawn {
        /// The binary.
        bootstrap: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate")]
    Certificate(#[source] rcgen::Error),
    /// The certificates are there, and cannot be used.
    #[error("cannot set up tls")]
    Tls(#[source] rustls::Error),
    /// The file of a certificate authority cannot be written.
    #[error("cannot write the bundle of the certificate authority")]
    Bundle(#[source] io::Error),
}
