//! What is measured is what the functions are there for.

use std::time::Duration;

use harness::Function;
use tests::Scene;
use tests::scene::assert_success;

const FUNCTIONS: [&str; 6] = [
    "connect-events",
    "connect-token",
    "item-status",
    "item-sync",
    "publish",
    "webhook",
];
const TIMEOUT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_measured_function_does_all_of_its_work_each_time() {
    let scene = Scene::start().await;

    for (function, name) in (0_u64..).zip(FUNCTIONS) {
        let process = Function::start(scene.settings_in_the_clear(name))
            .await
            .unwrap();
        for invocation in 0..3 {
            let event = scene.event(name, 3 * function + invocation);
            let answer = process.invoke(&event, TIMEOUT).await.unwrap();
            assert_success(name, &answer);
        }
    }
}
