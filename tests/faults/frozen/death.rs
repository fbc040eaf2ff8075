//! The ways and times at which the connections of a frozen process die.

use std::time::Duration;

use harness::{FaultProxy, Severance};
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

/// The approximate time after a thaw within which a process uses its connections.
const IN_USE: Duration = Duration::from_millis(6);
/// The kinds of death. One in twenty cycles acknowledges nothing, which takes longer than any other death.
const DECK: [Kind; 20] = [
    Kind::Frozen(Severance::Closed),
    Kind::Frozen(Severance::Closed),
    Kind::Frozen(Severance::Closed),
    Kind::Frozen(Severance::Closed),
    Kind::Frozen(Severance::Reset),
    Kind::Frozen(Severance::Reset),
    Kind::Frozen(Severance::Reset),
    Kind::Frozen(Severance::ClosedOnUse),
    Kind::Frozen(Severance::ClosedOnUse),
    Kind::Frozen(Severance::ClosedOnUse),
    Kind::Frozen(Severance::Forgotten),
    Kind::Frozen(Severance::Forgotten),
    Kind::Frozen(Severance::Forgotten),
    Kind::Thawed(Severance::Closed),
    Kind::Thawed(Severance::Closed),
    Kind::Thawed(Severance::Closed),
    Kind::Thawed(Severance::Reset),
    Kind::Thawed(Severance::Reset),
    Kind::Thawed(Severance::Reset),
    Kind::Frozen(Severance::Silent),
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// While the process is frozen.
    Frozen(Severance),
    /// At about the moment when a request is sent.
    Thawed(Severance),
}

/// One death of all connections to one server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Death {
    /// While the process is frozen.
    Frozen(Severance),
    /// The given time after the process is thawed.
    Thawed(Severance, Duration),
}

/// All deaths in random order, repeatedly.
pub(super) struct Deaths {
    left: Vec<Kind>,
    random: StdRng,
}

impl Deaths {
    pub(super) fn new(random: StdRng) -> Self {
        Self {
            left: Vec::new(),
            random,
        }
    }

    pub(super) fn draw(&mut self) -> Death {
        if self.left.is_empty() {
            self.left.extend(DECK);
            self.left.shuffle(&mut self.random);
        }
        match self.left.pop().unwrap() {
            Kind::Frozen(how) => Death::Frozen(how),
            Kind::Thawed(how) => Death::Thawed(how, IN_USE.mul_f64(self.random.random())),
        }
    }
}

impl Death {
    /// Severs connections before the process is thawed, and returns their number.
    pub(super) async fn while_frozen(self, proxy: &FaultProxy) -> usize {
        match self {
            Self::Frozen(how) => proxy.sever(how).await,
            Self::Thawed(..) => 0,
        }
    }

    /// Severs connections after the process is thawed, and returns their number.
    pub(super) async fn while_thawed(self, proxy: &FaultProxy) -> usize {
        match self {
            Self::Frozen(_) => 0,
            Self::Thawed(how, after) => {
                tokio::time::sleep(after).await;
                proxy.sever(how).await
            }
        }
    }
}
