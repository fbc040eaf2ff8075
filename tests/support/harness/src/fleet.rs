//! A fleet of execution environments of one function, for concurrent requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use crate::StartError;
use crate::answer::Answer;
use crate::function::Function;
use crate::settings::FunctionSettings;

/// Several execution environments of one function. Each gets one event at a time.
#[derive(Debug)]
pub struct Fleet {
    functions: Vec<Arc<Function>>,
    idle: Mutex<mpsc::UnboundedReceiver<Arc<Function>>>,
    finished: mpsc::UnboundedSender<Arc<Function>>,
}

impl Fleet {
    /// Starts `size` processes.
    pub async fn start(settings: &FunctionSettings, size: usize) -> Result<Self, StartError> {
        let (finished, idle) = mpsc::unbounded_channel();
        let mut functions = Vec::with_capacity(size);
        for _ in 0..size {
            let function = Arc::new(Function::start(settings.clone()).await?);
            let _ = finished.send(Arc::clone(&function));
            functions.push(function);
        }
        Ok(Self {
            functions,
            idle: idle.into(),
            finished,
        })
    }

    /// Passes the event to an idle process, or to the next one that becomes idle.
    pub async fn invoke(&self, event: &[u8], timeout: Duration) -> Result<Answer, StartError> {
        let Some(function) = self.idle.lock().await.recv().await else {
            // Unreachable: this value holds the other end of the channel.
            return std::future::pending().await;
        };
        let answer = function.invoke(event, timeout).await;
        let _ = self.finished.send(function);
        answer
    }

    /// Returns the execution environments.
    pub fn functions(&self) -> &[Arc<Function>] {
        &self.functions
    }

    /// Returns all lines that the processes wrote.
    pub fn lines(&self) -> Vec<String> {
        self.functions
            .iter()
            .flat_map(|function| function.lines())
            .collect()
    }
}
