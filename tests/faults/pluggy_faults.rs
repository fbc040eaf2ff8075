//! Between item-sync and Pluggy everything goes wrong: attempts are bounded, neighbors are not held up, nothing is taken
//! for deleted, and all converges afterwards.

use harness::{BrokenTls, Function, FunctionSettings};
use jiff::SignedDuration;
use sandbox::{Effect, Fault, Switches};
use shared::clock::now;
use shared::pluggy::ItemId;
use tests::deployment::CLIENT_ID;

use crate::figures::Figures;
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// After so many refusals in a row a batch leaves Pluggy alone, and a lost connection is tried once more.
const MOST_REQUESTS_OF_A_BATCH: usize = 3 * 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_key_is_renewed_once() {
    let (stack, items) = known_items(proof::size(20, 100)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    let shards = [
        stack.function("item-sync").await,
        stack.function("item-sync").await,
    ];
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    let before = requests(&stack, "/auth");

    for (shard, items) in shards.iter().zip(items.chunks(items.len().div_ceil(2))) {
        stack.tell("item/updated", "second", USER, items).await;
        stack.feed(shard).await;
    }

    let renewals = requests(&stack, "/auth") - before;
    let not_converged = stack.not_converged(&items).await.len();
    Figures::of("pluggy faults, expired key")
        .with("items", items.len())
        .with("renewals", renewals)
        .with("not converged", not_converged)
        .print();
    assert_eq!((renewals, not_converged), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_is_honored() {
    const RESET_SECONDS: u64 = 600;
    let (stack, items) = known_items(proof::size(10, 100)).await;
    let (item_sync, reconcile) = functions(&stack).await;
    stack.change(&items).await;
    stack.tell("item/updated", "second", USER, &items).await;
    stack.deployment.pluggy.add_fault(fault(
        "/items/",
        Effect::RateLimited {
            reset_seconds: RESET_SECONDS,
        },
    ));
    let (before, began) = (requests(&stack, "/items/"), now());

    let fed = stack.feed(&item_sync).await;
    let refused = requests(&stack, "/items/") - before;
    let mut waiting = 0;
    for item_id in &items {
        let row = stack.row(*item_id).await.unwrap();
        let wait = row.schedule.check_at.unwrap().duration_since(began);
        waiting += usize::from(wait >= SignedDuration::from_secs(RESET_SECONDS.cast_signed()));
    }
    for _ in 0..5 {
        stack.tick(&reconcile, &item_sync).await;
    }
    let early = requests(&stack, "/items/") - before - refused;
    let not_converged = recover(&stack, &items, &reconcile, &item_sync).await;

    Figures::of("pluggy faults, 429")
        .with("items", items.len())
        .with("batches", fed.invocations)
        .with("requests that were refused", refused)
        .with("items that wait as long as Pluggy says", waiting)
        .with("requests before that", early)
        .with("not converged", not_converged)
        .print();
    assert!(refused <= 3 * fed.invocations, "{refused}");
    assert_eq!(waiting, refused);
    assert_eq!((early, not_converged), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_pluggy_is_no_storm_and_deletes_nothing() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    let (item_sync, reconcile) = functions(&stack).await;
    let cases = [
        ("500", status(500, None)),
        ("503", status(503, None)),
        ("hang", Effect::Hang),
        ("garbage", Effect::Garbage),
        ("disconnect", Effect::Disconnect),
        (
            "404 of another application's keys",
            status(404, Some("ITEM_NOT_FOUND")),
        ),
        ("404 without a code", status(404, None)),
    ];
    let kinds = cases.len();
    let (mut all, mut most, mut batches) = (0, 0, 0);

    for (name, effect) in cases {
        // What only one item meets is asked for once for each.
        let most_of_a_batch = match effect {
            Effect::Garbage | Effect::Status { status: 404, .. } => items.len(),
            _ => MOST_REQUESTS_OF_A_BATCH,
        };
        stack.change(&items).await;
        stack.tell("item/updated", name, USER, &items).await;
        stack.deployment.pluggy.add_fault(fault("/items/", effect));
        let rounds = if name == "hang" {
            proof::size(1, 3)
        } else {
            proof::size(2, 5)
        };
        for round in 0..rounds {
            let before = requests(&stack, "/");
            let fed = if round == 0 {
                stack.feed(&item_sync).await
            } else {
                stack.pass_time_until_all_are_due().await;
                stack.tick(&reconcile, &item_sync).await
            };
            let made = requests(&stack, "/") - before;
            assert!(made <= most_of_a_batch * fed.invocations, "{name}: {made}");
            assert_eq!((fed.unanswered, fed.dropped.len()), (0, 0), "{name}");
            all += made;
            most = most.max(made);
            batches += fed.invocations;
        }
        assert_eq!(gone(&stack, &items).await, 0, "{name}");
        let not_converged = recover(&stack, &items, &reconcile, &item_sync).await;
        assert_eq!(not_converged, 0, "{name}");
    }

    Figures::of("pluggy faults, outages")
        .with("kinds", kinds)
        .with("items", items.len())
        .with("batches", batches)
        .with("requests", all)
        .with("most requests of a batch", most)
        .with("tombstones", 0)
        .with("not converged", 0)
        .print();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tls_failure_is_no_storm_and_deletes_nothing() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    let (item_sync, reconcile) = functions(&stack).await;
    let broken = BrokenTls::start().await.unwrap();
    let unreachable = stack
        .settings("item-sync")
        .with("PLUGGY_BASE_URL", broken.url());
    let unreachable = start(unreachable).await;
    stack.change(&items).await;
    stack.tell("item/updated", "second", USER, &items).await;

    let fed = stack.feed(&unreachable).await;

    let handshakes = broken.handshakes();
    let gone = gone(&stack, &items).await;
    let not_converged = recover(&stack, &items, &reconcile, &item_sync).await;
    Figures::of("pluggy faults, TLS")
        .with("items", items.len())
        .with("batches", fed.invocations)
        .with("handshakes", handshakes)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert!(
        (1..=MOST_REQUESTS_OF_A_BATCH * fed.invocations).contains(&handshakes),
        "{handshakes}"
    );
    assert_eq!((fed.unanswered, gone, not_converged), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_credentials_are_tried_once_a_minute_by_a_process() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    let (item_sync, reconcile) = functions(&stack).await;
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    stack.deployment.pluggy.set_switches(Switches {
        reject_secrets: true,
        ..Switches::default()
    });
    let (before, began) = (requests(&stack, "/auth"), now());

    stack.tell("item/updated", "second", USER, &items).await;
    stack.feed(&item_sync).await;
    for _ in 0..proof::size(3, 20) {
        stack.pass_time_until_all_are_due().await;
        stack.tick(&reconcile, &item_sync).await;
    }

    let tried = requests(&stack, "/auth") - before;
    let minutes = now().duration_since(began).as_mins() + 1;
    let gone = gone(&stack, &items).await;
    stack.deployment.pluggy.set_switches(Switches::default());
    let another = stack.function("item-sync").await;
    let not_converged = recover(&stack, &items, &reconcile, &another).await;
    Figures::of("pluggy faults, refused credentials")
        .with("items", items.len())
        .with("minutes", minutes)
        .with("calls of /auth", tried)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert!(
        (1..=minutes).contains(&i64::try_from(tried).unwrap()),
        "{tried}"
    );
    assert_eq!((gone, not_converged), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credentials_of_another_application_are_not_used() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    stack.set_credentials("22222222-0000-4000-8000-000000000003");
    let (item_sync, reconcile) = functions(&stack).await;
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    let before = requests(&stack, "/auth");

    stack.tell("item/updated", "second", USER, &items).await;
    stack.feed(&item_sync).await;
    for _ in 0..proof::size(3, 20) {
        stack.pass_time_until_all_are_due().await;
        stack.tick(&reconcile, &item_sync).await;
    }

    let tried = requests(&stack, "/auth") - before;
    let gone = gone(&stack, &items).await;
    stack.set_credentials(CLIENT_ID);
    let another = stack.function("item-sync").await;
    let not_converged = recover(&stack, &items, &reconcile, &another).await;
    Figures::of("pluggy faults, another application")
        .with("items", items.len())
        .with("calls of /auth", tried)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert_eq!((tried, gone, not_converged), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_poisoned_item_holds_up_no_neighbor() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    let (item_sync, reconcile) = functions(&stack).await;
    let (poisoned, neighbors) = items.split_first().unwrap();
    let effects = [
        status(500, None),
        Effect::Garbage,
        Effect::Hang,
        Effect::Disconnect,
    ];
    let kinds = effects.len();
    let mut late = 0;

    for (round, effect) in effects.into_iter().enumerate() {
        let path = format!("/items/{poisoned}");
        stack.change(&items).await;
        stack.deployment.pluggy.add_fault(fault(&path, effect));
        stack
            .tell("item/updated", &format!("round-{round}"), USER, &items)
            .await;
        stack.feed(&item_sync).await;

        // The sandbox shows the truth of the poisoned one to nobody.
        late += stack.not_converged(neighbors).await.len();
        let parked = stack.row(*poisoned).await.unwrap().schedule;
        assert_eq!(parked.sync_failures, 1);
        let wait = parked.check_at.unwrap().duration_since(now());
        assert!(wait <= SignedDuration::from_secs(30), "{wait}");
        let not_converged = recover(&stack, &items, &reconcile, &item_sync).await;
        assert_eq!(not_converged, 0);
    }

    Figures::of("pluggy faults, one poisoned item")
        .with("kinds", kinds)
        .with("neighbors", neighbors.len())
        .with("neighbors that came late", late)
        .print();
    assert_eq!(late, 0);
}

/// Items that were read once.
async fn known_items(count: usize) -> (Stack, Vec<ItemId>) {
    let stack = Stack::start().await;
    let item_sync = stack.function("item-sync").await;
    let items = stack.connect(USER, count).await;
    stack.tell("item/created", "first", USER, &items).await;
    stack.feed(&item_sync).await;
    assert!(stack.not_converged(&items).await.is_empty());
    (stack, items)
}

async fn functions(stack: &Stack) -> (Function, Function) {
    (
        stack.function("item-sync").await,
        stack.function("reconcile").await,
    )
}

async fn start(settings: FunctionSettings) -> Function {
    Function::start(settings).await.unwrap()
}

fn fault(path_prefix: &str, effect: Effect) -> Fault {
    Fault {
        method: None,
        path_prefix: path_prefix.to_owned(),
        times: None,
        effect,
    }
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

/// Pluggy works again; gives how many items have not converged when all were due once.
async fn recover(
    stack: &Stack,
    items: &[ItemId],
    reconcile: &Function,
    item_sync: &Function,
) -> usize {
    stack.deployment.pluggy.clear_faults();
    stack.pass_time_until_all_are_due().await;
    stack.tick(reconcile, item_sync).await;
    stack.not_converged(items).await.len()
}

/// How often item-sync asked for paths that begin like this.
fn requests(stack: &Stack, path_prefix: &str) -> usize {
    let exchanges = stack.pluggy.exchanges();
    exchanges
        .iter()
        .filter(|exchange| exchange.path.starts_with(path_prefix))
        .count()
}

/// How many of the items are taken for deleted.
async fn gone(stack: &Stack, items: &[ItemId]) -> usize {
    let mut gone = 0;
    for item_id in items {
        let row = stack.row(*item_id).await;
        gone += usize::from(row.is_none_or(|row| row.deleted_at.is_some()));
    }
    gone
}
