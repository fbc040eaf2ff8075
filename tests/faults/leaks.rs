//! A whole run with many faults. The functions write nothing secret or personal to logs, error responses, rows about
//! items, or the dead-letter queue.

mod run;
mod secrets;

use harness::Plan;

use self::run::Run;
use self::secrets::Secrets;
use crate::figures::Figures;
use crate::proof;

/// Invented values, as all of these are. None may be part of another text by chance.
const OWNER: &str = "usr_leak_4XQ7";
const OTHER_OWNER: &str = "usr_leak_9ZK2";
const EMAIL: &str = "maria.leak@example.com";
const NAME: &str = "Maria Leak of the Savings Bank";
const CPF: &str = "111.222.333-96";
const CPF_DIGITS: &str = "11122233396";
const WRONG_WEBHOOK_SECRET: &str = "wrong-webhook-secret-of-the-leak-test";
/// The credentials that the sandbox's bank accepts.
const PASSWORD: &str = "password-ok";
const MFA_CODE: &str = "123456";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_output_contains_secret_or_personal_data() {
    let mut run = Run::start().await;
    let mut secrets = Secrets::of_deployment();
    let mut error_bodies = Vec::new();

    for round in 0..proof::size(2, 10) {
        // The second half of the run meets every fault.
        let plan = if round % 2 == 0 {
            Plan::none()
        } else {
            Plan::all(0.3)
        };
        run.stack.dynamodb.set_plan(plan.clone());
        run.stack.pluggy.set_plan(plan.clone());
        run.pipeline.to_bus.set_plan(plan.clone());
        run.pipeline.to_queue.set_plan(plan);
        run.connect_banks(&mut secrets, &mut error_bodies).await;
        run.deliver(round, &mut error_bodies).await;
        run.relay(&mut error_bodies).await;
        run.operate(&mut error_bodies).await;
        run.stack.feed(&run.item_sync).await;
        run.publish(&mut error_bodies).await;
        run.stack.dynamodb.set_plan(Plan::none());
        run.stack.pluggy.set_plan(Plan::none());
        run.stack.pass_time_until_all_are_due().await;
        run.stack.tick(&run.scheduler, &run.item_sync).await;
        run.read(&mut error_bodies).await;
        run.stack.pass_time_until_the_key_may_be_renewed().await;
        run.stack.deployment.pluggy.expire_api_keys();
    }
    let items = run.items().await;
    run.erase(&mut error_bodies).await;
    let rows_after = run.items().await;
    secrets.add_issued(&run.stack.pluggy.exchanges());

    let dead_lettered = run.pipeline.unpublished.bodies();
    let item_events: Vec<String> = run
        .pipeline
        .bus
        .published()
        .into_iter()
        .filter(|event| event.detail_type.starts_with("item."))
        .map(|event| event.detail)
        .collect();
    let lines = Box::pin(run.stop()).await;
    let log_text = lines.join("\n");
    let found = [
        ("a line", secrets.found_in(&log_text)),
        ("an error body", secrets.found_in(&error_bodies.join("\n"))),
        (
            "an item's row",
            secrets.but_owners().found_in(&items.join("\n")),
        ),
        (
            "an item's event",
            secrets.but_owners().found_in(&item_events.join("\n")),
        ),
        (
            "a dead_lettered message",
            secrets.found_in(&dead_lettered.join("\n")),
        ),
    ];
    Figures::of("leaks")
        .with("secret or personal values", secrets.len())
        .with("lines", lines.len())
        .with("error bodies", error_bodies.len())
        .with("item rows", items.len())
        .with("events of items", item_events.len())
        .with("dead_lettered messages", dead_lettered.len())
        .with(
            "found",
            found.iter().map(|(_, found)| found.len()).sum::<usize>(),
        )
        .print();
    assert!(found.iter().all(|(_, found)| found.is_empty()), "{found:?}");
    // Guards that the search covered the expected text.
    for outcome in [
        "connect event",
        "delivery",
        "item",
        "event dead-lettered",
        "batch published",
        "command carried out",
    ] {
        assert!(log_text.contains(outcome), "no line about a {outcome}");
    }
    assert!(!error_bodies.is_empty() && items.len() >= 4);
    let is_erased = |rows: &[String]| !rows.iter().any(|row| row.contains(OWNER));
    assert!(is_erased(&rows_after) && !is_erased(&items));
    assert!(!item_events.is_empty() && !dead_lettered.is_empty());
    assert!(secrets.len() > 12, "{}", secrets.len());
}
