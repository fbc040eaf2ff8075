//! Isolation of panics: a panic fails one item, not its whole batch.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

/// The work panicked. The panic hook writes its message to standard error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("our code panicked")]
pub(crate) struct Panicked;

/// Returns the result of `work`, unless it panics. `work` must not leave shared memory half changed.
pub(crate) async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|_| Panicked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_rest_goes_on() {
        let panicking = catch_panic(async {
            tokio::task::yield_now().await;
            panic!("a bug");
        });

        assert_eq!(panicking.await, Err::<(), _>(Panicked));
        assert_eq!(catch_panic(async { 1 }).await, Ok(1));
    }
}
