//! The requests that a proxy has at the same time.

use tokio::sync::watch;

/// The requests that a proxy has at the same time.
#[derive(Debug, Default)]
pub(super) struct InFlight(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    now: usize,
    most: usize,
    /// The beginning of the paths whose requests are held.
    hold: Option<String>,
    held: usize,
}

/// A request, until it is answered or its client is gone.
pub(super) struct Entered<'a> {
    state: &'a watch::Sender<State>,
    is_held: bool,
}

impl InFlight {
    /// Counts a request. Returns when it may continue.
    pub(super) async fn enter(&self, path: &str) -> Entered<'_> {
        let mut is_held = false;
        self.0.send_modify(|state| {
            state.now += 1;
            state.most = state.most.max(state.now);
            let hold = state.hold.as_deref();
            is_held = hold.is_some_and(|hold| path.starts_with(hold));
            state.held += usize::from(is_held);
        });
        let mut entered = Entered {
            state: &self.0,
            is_held,
        };
        if is_held {
            self.until(|state| state.hold.is_none()).await;
            entered.go_on();
        }
        entered
    }

    /// Returns the most requests that there were at the same time.
    pub(super) fn most(&self) -> usize {
        self.0.borrow().most
    }

    pub(super) fn hold(&self, path_prefix: &str) {
        let hold = Some(path_prefix.to_owned());
        self.0.send_modify(|state| state.hold = hold);
    }

    pub(super) fn release(&self) {
        self.0.send_modify(|state| state.hold = None);
    }

    /// Returns when so many requests are held.
    pub(super) async fn held(&self, count: usize) {
        self.until(|state| state.held >= count).await;
    }

    /// Returns when there is no request.
    pub(super) async fn none(&self) {
        self.until(|state| state.now == 0).await;
    }

    async fn until(&self, is_reached: impl Fn(&State) -> bool) {
        let mut state = self.0.subscribe();
        // The sender belongs to this value, so it outlives the wait.
        let _ = state.wait_for(|state| is_reached(state)).await;
    }
}

impl Entered<'_> {
    fn go_on(&mut self) {
        self.is_held = false;
        self.state.send_modify(|state| state.held -= 1);
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.state.send_modify(|state| {
            state.now -= 1;
            state.held -= usize::from(self.is_held);
        });
    }
}
