//! Metrics in CloudWatch's Embedded Metric Format (EMF). CloudWatch creates metrics from the one log line of
//! an invocation, so they need no API call.
//!
//! Source:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

mod emf_record;
mod metric;

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

pub use emf_record::EmfRecord;
pub use metric::{Dimension, Metric, Unit};

/// Writer of EMF records. The runtime's subscriber would nest them under `fields`, but the format requires
/// its members at the root, so they bypass the subscriber.
#[derive(Clone, Debug)]
pub struct Emitter {
    namespace: String,
    sink: Sink,
}

#[derive(Clone, Debug)]
enum Sink {
    /// The process's standard output, which Lambda writes to the log.
    StandardOutput,
    Memory(Arc<Mutex<Vec<Value>>>),
}

impl Emitter {
    /// Creates an emitter that writes to the function's log, with metrics in `namespace`.
    pub fn new(namespace: String) -> Self {
        Self {
            namespace,
            sink: Sink::StandardOutput,
        }
    }

    /// Creates an emitter that keeps the lines in memory, for tests.
    pub fn in_memory() -> Self {
        Self {
            namespace: "in-memory".to_owned(),
            sink: Sink::Memory(Arc::default()),
        }
    }

    /// Writes the EMF record of an invocation.
    pub fn emit(&self, line: EmfRecord, now: Timestamp) {
        let line = line.into_json(&self.namespace, now);
        match &self.sink {
            Sink::StandardOutput => {
                let mut bytes = line.to_string().into_bytes();
                bytes.push(b'\n');
                // A failed log write must not fail the invocation.
                let _ = std::io::stdout().lock().write_all(&bytes);
            }
            Sink::Memory(lines) => lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line),
        }
    }

    /// Returns the lines so far, or none unless they are kept in memory.
    pub fn lines(&self) -> Vec<Value> {
        match &self.sink {
            Sink::StandardOutput => Vec::new(),
            Sink::Memory(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
