//! The live connections of a proxy.

use std::collections::BTreeSet;

use tokio::sync::watch;

/// The connections of a proxy, each with its number.
#[derive(Debug, Default)]
pub(super) struct Connections(watch::Sender<State>);

/// A connection, for as long as it is alive.
pub(super) struct Alive {
    number: usize,
    connections: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    made: usize,
    alive: BTreeSet<usize>,
}

impl Connections {
    pub(super) fn enter(&self) -> Alive {
        let mut number = 0;
        self.0.send_modify(|state| {
            number = state.made;
            state.made += 1;
            state.alive.insert(number);
        });
        Alive {
            number,
            connections: self.0.clone(),
        }
    }

    /// Returns the number of connections so far.
    pub(super) fn made(&self) -> usize {
        self.0.borrow().made
    }

    pub(super) fn alive(&self) -> BTreeSet<usize> {
        self.0.borrow().alive.clone()
    }

    /// Returns when all of these are gone.
    pub(super) async fn gone(&self, connections: &BTreeSet<usize>) {
        let mut state = self.0.subscribe();
        // The sender belongs to this value, so it outlives the wait.
        let _ = state
            .wait_for(|state| state.alive.is_disjoint(connections))
            .await;
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.connections.send_modify(|state| {
            state.alive.remove(&self.number);
        });
    }
}
