//! What the functions count, in CloudWatch's Embedded Metric Format: CloudWatch makes metrics of the
//! one log line that tells what an invocation did, so that they cost no call of their own.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

mod dimension;
mod emf_record;
mod metric;

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

pub use dimension::Dimension;
pub use emf_record::EmfRecord;
pub use metric::{Metric, Unit};

/// Where the lines go. The runtime's subscriber nests what it writes under `fields`, and the format
/// wants its members at the root, so these lines do not pass through it.
#[derive(Clone, Debug)]
pub struct Emitter {
    namespace: String,
    sink: Sink,
}

#[derive(Clone, Debug)]
enum Sink {
    /// Lambda takes the process's standard output for its log.
    StandardOutput,
    Memory(Arc<Mutex<Vec<Value>>>),
}

impl Emitter {
    /// Writes to the function's log; the metrics belong to `namespace`.
    pub fn new(namespace: String) -> Self {
        Self {
            namespace,
            sink: Sink::StandardOutput,
        }
    }

    /// Keeps the lines in memory, for tests.
    pub fn in_memory() -> Self {
        Self {
            namespace: "in-memory".to_owned(),
            sink: Sink::Memory(Arc::default()),
        }
    }

    /// Writes the line of an invocation.
    pub fn emit(&self, line: EmfRecord, now: Timestamp) {
        let line = line.into_json(&self.namespace, now);
        match &self.sink {
            Sink::StandardOutput => {
                let mut bytes = line.to_string().into_bytes();
                bytes.push(b'\n');
                // A log that cannot be written to is no reason to fail what it would tell of.
                let _ = std::io::stdout().lock().write_all(&bytes);
            }
            Sink::Memory(lines) => lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line),
        }
    }

    /// The lines so far; none unless they are kept in memory.
    pub fn lines(&self) -> Vec<Value> {
        match &self.sink {
            Sink::StandardOutput => Vec::new(),
            Sink::Memory(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
