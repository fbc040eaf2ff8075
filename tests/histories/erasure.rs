//! Erasure of the item's user at every await point, against what may run at the same time or arrive later.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | item-sync stores no erased user | `item-sync-ignores-erasures` |
//! | an erased item's tombstone is final | `an-erased-tombstone-is-replaced` |
//! | bodies go at once | `bodies-stay-until-the-final-receipt` |
//! | no row is left of an erased user | `the-final-sweep-deletes-no-row` |
//! | an erased user's items are deleted at Pluggy | `an-erased-item-stays-at-pluggy` |
//! | an item that arrives late is deleted at Pluggy | `late-items-are-forgotten` |
//! | an erased user is not imported | `import-ignores-erasures` |
//! | nothing about an erased user is published | `publish-ignores-erasures` |
//! | a tombstone has none of the user's data | `an-erased-tombstone-keeps-its-connector` |

mod history;

use jiff::SignedDuration;

use crate::testbed::Testbed;
use crate::workers::{self, Worker};
use history::{CREATED, History};

/// More await points than an erasure has.
const MAX_POINTS: usize = 400;

/// A process beside the erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    /// A fetch of the events that have arrived before. The stream may bring them again.
    Fetch,
    /// A delivery of Pluggy, and its fetch.
    Webhook,
    /// A hint of the user's frontend, and its fetch.
    Hint,
    /// An operator's import for the user, and its fetch.
    Import,
    /// An operator's replay of the item, and its fetch.
    Replay,
    /// publish, with all records of both streams.
    Publish,
}

/// Which process stops after some await points, until the other one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stops {
    Erasure,
    Other,
    /// The fetch of what the other process has stored.
    Fetch,
}

/// The state of the item when the erasure begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It was fetched.
    Fetched,
    /// Its first event has arrived, and no fetch.
    Event,
    /// Nothing: the user is in the widget.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    known: Known,
    other: Other,
    stops: Stops,
}

impl Case {
    /// Whether no other case has the same histories.
    fn is_distinct(self) -> bool {
        let is_fetch = self.other == Other::Fetch;
        match self.stops {
            // There is no event to fetch or publish.
            _ if self.known == Known::Nothing && (is_fetch || self.other == Other::Publish) => {
                false
            }
            Stops::Fetch => !is_fetch && self.other != Other::Publish,
            Stops::Erasure | Stops::Other => true,
        }
    }
}

#[test]
fn nothing_brings_an_erased_user_back() {
    let mut cases = Vec::new();
    for known in [Known::Fetched, Known::Event, Known::Nothing] {
        for other in [
            Other::Fetch,
            Other::Webhook,
            Other::Hint,
            Other::Import,
            Other::Replay,
            Other::Publish,
        ] {
            for stops in [Stops::Erasure, Stops::Other, Stops::Fetch] {
                cases.push(Case {
                    known,
                    other,
                    stops,
                });
            }
        }
    }
    cases.retain(|case| case.is_distinct());

    let histories: usize = workers::share(cases, |case| vec![run_all(*case)])
        .iter()
        .sum();

    eprintln!("erasure: {histories} histories, 0 rows left of an erased user");
    assert!(
        histories > 200,
        "each process is stopped at each of its points"
    );
}

/// Runs a case with a stop at every await point. Returns the number of histories.
fn run_all(case: Case) -> usize {
    let worker = Worker::open();
    let mut testbed = worker.block_on(Testbed::start());
    let mut histories = 0;
    for points in 1..MAX_POINTS {
        histories += 1;
        let what = format!("{case:?}, stopped after {points} points");
        if worker.block_on(run(&mut testbed, case, points, &what)) {
            return histories;
        }
    }
    panic!("{case:?} has no end");
}

/// Runs one history. Returns whether the stopped process ended before it had so many await points.
async fn run(testbed: &mut Testbed, case: Case, points: usize, what: &str) -> bool {
    testbed.begin();
    testbed.restart();
    let mut history = History::new(testbed, case.known, what);
    history.connect();
    let created = history.event("item/created", CREATED);
    if case.known != Known::Nothing {
        history.deliver(&created).await;
    }
    if case.known == Known::Fetched {
        history.fetch(SignedDuration::ZERO).await;
        let published = history.publish_all().await;
        assert_ne!(published, [""; 0], "what is known is published: {what}");
        history.let_publish_forget();
    }
    let has_ended = history.interleave(case, points).await;
    history.settle(&created).await;
    history.testbed.end().await;
    history.testbed.forget_events().await;
    has_ended
}
