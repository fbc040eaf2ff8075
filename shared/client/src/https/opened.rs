//! Connections opened before their first request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use http::uri::Authority;
use tokio::time::Instant;

use super::connector::Stream;

/// Maximum age of an unused connection. A server closes a connection without requests.
const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// Connections that wait for a request, one per server.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<Vec<Waiting>>>);

struct Waiting {
    server: Option<Authority>,
    stream: Stream,
    since: Instant,
}

impl Opened {
    pub(super) fn keep(&self, uri: &Uri, stream: Stream) {
        let waiting = Waiting {
            server: uri.authority().cloned(),
            stream,
            since: Instant::now(),
        };
        self.with(|all| all.push(waiting));
    }

    pub(super) fn take(&self, uri: &Uri) -> Option<Stream> {
        self.with(|all| {
            all.retain(|waiting| waiting.since.elapsed() < IDLE_LIMIT);
            let found = all
                .iter()
                .position(|waiting| waiting.server.as_ref() == uri.authority())?;
            Some(all.swap_remove(found).stream)
        })
    }

    fn with<T>(&self, action: impl FnOnce(&mut Vec<Waiting>) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Opened")
    }
}
