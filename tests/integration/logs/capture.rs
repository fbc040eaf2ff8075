//! A capture of the lines that a test's thread logs.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

thread_local! {
    /// The lines of this thread since a test began to capture. A test runs on one thread.
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// A capture of all lines of this thread, from its start on.
pub(crate) struct Log;

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                lines.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Starts a capture. One subscriber serves all threads, because `tracing` caches for the whole process which
    /// lines are enabled.
    pub(crate) fn start() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .json()
                .with_writer(|| Sink)
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
        });
        LINES.set(Some(Vec::new()));
        Self
    }

    #[expect(
        clippy::unused_self,
        reason = "the lines belong to the thread that started the capture"
    )]
    pub(crate) fn text(&self) -> String {
        LINES.with_borrow(|lines| String::from_utf8(lines.clone().unwrap()).unwrap())
    }

    /// Asserts that our lines have none of these. The sandbox's lines are not ours: they name the paths of its requests.
    pub(crate) fn assert_lacks(&self, secrets: &[&str]) {
        let text = self.text();
        let is_ours = |line: &&str| !line.contains(r#""target":"sandbox::"#);
        let text: Vec<_> = text.lines().filter(is_ours).collect();
        let text = text.join("\n");
        assert!(
            !text.is_empty(),
            "nothing was logged, so nothing was tested"
        );
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
