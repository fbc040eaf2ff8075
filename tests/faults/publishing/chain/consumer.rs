//! An example with the resources of its stack: a queue, dead letters and a table.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use harness::{Bootstraps, Drained, Function, FunctionSettings, Queue, QueueMapping};
use runtime::env::Environment;
use tests::tables::Row;

use crate::proof;
use crate::stack::Stack;

/// The detail types that the rules of the examples name.
pub(super) const DETAIL_TYPES: [&str; 3] = [
    "webhook.transactions/created",
    "webhook.transactions/updated",
    "webhook.transactions/deleted",
];
/// The mapping in the template of the examples.
const MAPPING: QueueMapping = QueueMapping {
    batch_size: 1,
    timeout: Duration::from_mins(5),
};
const MAX_RECEIVES: u32 = 5;
const ENVIRONMENTS: usize = 2;
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(super) struct Consumer {
    pub(super) name: &'static str,
    pub(super) queue: Queue,
    pub(super) dead_letters: Queue,
    pub(super) functions: Vec<Arc<Function>>,
    table: String,
}

impl Consumer {
    pub(super) async fn in_rust(stack: &Stack) -> Self {
        let settings = FunctionSettings {
            bootstrap: built("transactions-rust"),
            ..stack.settings("transactions-rust")
        };
        Self::start(stack, "transactions-rust", settings).await
    }

    pub(super) async fn in_node(stack: &Stack) -> Self {
        let path = Environment::of_process().optional("PATH");
        let settings = FunctionSettings {
            bootstrap: Path::new(ROOT).join("tests/support/harness/node/bootstrap"),
            ..stack.settings("transactions-node")
        };
        let settings = settings
            .with("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true")
            .with("LAMBDA_TASK_ROOT", format!("{ROOT}/examples/node"))
            .with("PATH", path.unwrap_or_default())
            .with("_HANDLER", "index.handler");
        Self::start(stack, "transactions-node", settings).await
    }

    async fn start(stack: &Stack, name: &'static str, settings: FunctionSettings) -> Self {
        let dead_letters = Queue::start("dead-letters", proof::seed()).await.unwrap();
        let queue = Queue::start_before(&dead_letters, MAX_RECEIVES, name, proof::seed());
        let queue = queue.await.unwrap();
        let table = stack.deployment.tables.create_sorted().await;
        let settings = settings.with("TRANSACTION_TABLE", &table);
        let mut functions = Vec::new();
        for _ in 0..ENVIRONMENTS {
            functions.push(Arc::new(Function::start(settings.clone()).await.unwrap()));
        }
        Self {
            name,
            queue,
            dead_letters,
            functions,
            table,
        }
    }

    /// Processes messages until the queue is empty.
    pub(super) async fn drain(&self) -> Drained {
        let functions: Vec<&Function> = self.functions.iter().map(Arc::as_ref).collect();
        MAPPING.drain(&self.queue, &functions).await.unwrap()
    }

    /// Redrives the dead letters, as a person does.
    pub(super) fn redrive(&self) -> usize {
        self.dead_letters.redrive_to(&self.queue)
    }

    pub(super) async fn rows(&self, stack: &Stack) -> Vec<Row> {
        stack.deployment.tables.rows(&self.table).await
    }
}

/// Returns the path of a built function: in the folder named for the main stack, or else where Cargo built this test.
fn built(name: &str) -> PathBuf {
    let environment = Environment::of_process();
    let named = Bootstraps::of_environment(&environment, Path::new(ROOT)).path(name);
    if named.exists() {
        return named;
    }
    let here = std::env::current_exe().unwrap();
    here.ancestors().nth(2).unwrap().join(name)
}
