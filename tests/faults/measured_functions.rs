//! A guard for the measurements: each measured function does all of its work each time.

use std::time::Duration;

use harness::Function;
use tests::Testbed;
use tests::testbed::{Requests, assert_success};

const FUNCTIONS: [&str; 6] = [
    "connect-events",
    "connect-token",
    "item-status",
    "item-sync",
    "publish",
    "webhook",
];
/// The timeout of an invocation. item-sync stops its requests to Pluggy when less than ten seconds are left.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The number of warm invocations, after a first invocation that may fetch the API key.
const WARM: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_measured_function_does_all_of_its_work_each_time() {
    let testbed = Testbed::start().await;
    let mut events = 0..;

    for name in FUNCTIONS {
        testbed.renew_hints().await;
        let process = Function::start(testbed.settings(name)).await.unwrap();
        let mut before = Requests::default();
        for invocation in 0..=WARM {
            if invocation == 1 {
                before = testbed.requests();
            }
            let event = testbed.event(name, events.next().unwrap());
            let answer = process.invoke(&event, TIMEOUT).await.unwrap();
            assert_success(name, &answer);
        }
        let warm = testbed.requests() - before;
        assert_eq!(warm, Requests::of_invocation(name) * WARM, "{name}");
    }
}
