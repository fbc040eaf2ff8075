//! Rounds of a function and the floor in turns, so that other load on the machine affects both.

use std::time::Duration;

use tests::scene::{FLOOR, Requests};

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
        let in_the_clear = stage.scene.settings_in_the_clear(name);
        self.in_the_clear.push(stage.init(in_the_clear).await);
        let before = stage.scene.requests();
        let function = stage.live(name, WARM_INVOCATIONS, None).await;
        self.function.push(function);
        let made = stage.scene.requests() - before;
        assert_is_work(name, made);
    }
}

/// Checks that the process made enough requests to have done its work. The first invocation may make more, because it
/// reads the API key.
fn assert_is_work(name: &str, made: Requests) {
    let invocations = u64::try_from(1 + WARM_INVOCATIONS).unwrap();
    let needed = Requests::of_invocation(name) * invocations;
    let is_work = made.dynamodb >= needed.dynamodb
        && made.pluggy >= needed.pluggy
        && made.event_bridge >= needed.event_bridge;
    assert!(is_work, "{name}: {made:?} instead of {needed:?}");
}
