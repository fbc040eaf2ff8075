//! Rounds of a function and the floor in turns, so that other load on the machine affects both.

use std::time::Duration;

use tests::testbed::FLOOR;

use crate::WARM_INVOCATIONS;
use crate::life::{Life, Stage};

/// All measurements of a function and of the floor beside it.
#[derive(Default)]
pub(crate) struct Pairs {
    pub(crate) floor: Vec<Life>,
    pub(crate) function: Vec<Life>,
    /// The function's inits without TLS.
    pub(crate) in_the_clear: Vec<Duration>,
}

impl Pairs {
    /// Measures one more round.
    pub(crate) async fn live(&mut self, stage: &Stage<'_>, name: &str) {
        let floor = stage.live(FLOOR, WARM_INVOCATIONS, None).await;
        self.floor.push(floor);
        let in_the_clear = stage.testbed.settings_in_the_clear(name);
        self.in_the_clear.push(stage.init(in_the_clear).await);
        let function = stage.live(name, WARM_INVOCATIONS, None).await;
        self.function.push(function);
    }
}
