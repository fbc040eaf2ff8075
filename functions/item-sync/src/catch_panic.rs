//! A panic of ours is one item's failure, not its whole batch's.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

/// The work panicked. What it says goes to standard error by way of the panic hook.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("our code panicked")]
pub(crate) struct Panicked;

/// What `work` gives, unless it panics. It must leave nothing half changed in memory that anyone
/// uses afterwards.
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
