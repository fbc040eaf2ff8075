//! Errors that occur when something is started.

use std::io;
use std::path::PathBuf;

/// An error that occurs when something is started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No port of the loopback is free.
    #[error("cannot listen on the loopback")]
    Listen(#[source] io::Error),
    /// The function's binary does not exist or cannot be run.
    #[error("cannot run {}", bootstrap.display())]
    Spawn {
        /// The binary.
        bootstrap: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate")]
    Certificate(#[source] rcgen::Error),
    /// The certificates cannot be used.
    #[error("cannot set up tls")]
    Tls(#[source] rustls::Error),
    /// The file of a certificate authority cannot be written.
    #[error("cannot write the bundle of the certificate authority")]
    Bundle(#[source] io::Error),
}
