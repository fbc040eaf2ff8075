//! The standard output and error of a function's processes.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::task::JoinHandle;

use crate::lock::lock;

/// The lines that a function's processes wrote so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub(crate) fn snapshot(&self) -> Vec<String> {
        lock(&self.0).clone()
    }

    /// Reads until the pipe is closed, which happens when the process ends.
    pub(crate) fn read(&self, pipe: impl AsyncRead + Send + Unpin + 'static) -> JoinHandle<()> {
        let lines = self.clone();
        tokio::spawn(async move {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while let Ok(1..) = pipe.read_until(b'\n', &mut line).await {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                lock(&lines.0).push(text);
                line.clear();
            }
        })
    }
}
