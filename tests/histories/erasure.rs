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
//! | nothing about an erased user is published | `publish-ignores-erasures` |

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tests::stream::{item_record, records_of_images};
use tests::tables::{Row, has_text};
use uuid::Uuid;

use crate::model::{Kind, State, USER};
use crate::testbed::Testbed;
use crate::workers::{self, Worker};

/// Time between two calls of the erasure.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(25);
/// Calls after which every erasure is final.
const MAX_CALLS: usize = 5;
/// Id of the item's first event.
const CREATED: &str = "created";
/// More await points than an erasure has.
const MAX_POINTS: usize = 400;

/// A process beside the erasure.
#[derive(Clone, Copy, Debug)]
enum Other {
    /// A fetch of the events that have arrived before.
    Fetch,
    /// A delivery of Pluggy, and its fetch.
    Webhook,
    /// A hint of the user's frontend, and its fetch.
    Hint,
    /// An operator's import for the user, and its fetch.
    Import,
    /// An operator's replay of the item, and its fetch.
    Replay,
}

/// Which of the two stops after some await points, until the other one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stops {
    Erasure,
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
        ] {
            for stops in [Stops::Erasure, Stops::Fetch] {
                cases.push(Case {
                    known,
                    other,
                    stops,
                });
            }
        }
    }

    let histories: usize = workers::share(cases, |case| vec![run_all(*case)])
        .iter()
        .sum();

    eprintln!("erasure: {histories} histories, 0 rows left of an erased user");
    assert!(
        histories > 200,
        "the erasure is stopped at each of its points"
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
    let mut history = History {
        testbed,
        known: case.known,
        handled: 0,
        rows: Vec::new(),
        what,
    };
    history.connect();
    let created = history.event("item/created", CREATED);
    if case.known != Known::Nothing {
        history.deliver(&created).await;
    }
    if case.known == Known::Fetched {
        history.fetch(SignedDuration::ZERO).await;
        let published = history.publish_all().await;
        assert_ne!(published, [""; 0], "what is known is published: {what}");
    }
    let has_ended = history.interleave(case, points).await;
    history.settle(&created).await;
    history.testbed.end().await;
    history.testbed.forget_events().await;
    has_ended
}

struct History<'a> {
    testbed: &'a mut Testbed,
    known: Known,
    /// The number of records of the stream that item-sync has handled.
    handled: usize,
    /// States that the item's row has had.
    rows: Vec<Row>,
    what: &'a str,
}

impl History<'_> {
    fn connect(&self) {
        let mut model = self.testbed.pluggy.model();
        let since = model.now;
        model.states.push(State {
            kind: Kind::Updated,
            updated_at: Some(since),
            since,
        });
    }

    fn now(&self) -> Timestamp {
        self.testbed.pluggy.model().now
    }

    fn event(&self, name: &str, id: &str) -> Value {
        let item_id = self.testbed.pluggy.model().item_id;
        json!({"event": name, "eventId": id, "itemId": item_id, "clientUserId": USER})
    }

    async fn deliver(&self, event: &Value) {
        let delivery = self.testbed.delivery(event, self.now());
        assert_eq!(delivery.finish().await, 200);
    }

    /// Returns the records that item-sync has not handled, and counts them as handled.
    fn take_records(&mut self) -> Vec<Value> {
        let engine = &self.testbed.engine;
        let records = (self.handled..engine.stream_len()).map(|number| engine.image(number));
        let records = records.collect();
        self.handled = engine.stream_len();
        records
    }

    /// Handles the records on a lane whose clock is ahead by some time.
    async fn fetch(&mut self, ahead: SignedDuration) {
        let (records, now) = (self.take_records(), self.now() + ahead);
        let fetch = self.testbed.sync(0, records, 0, now);
        assert_eq!(fetch.finish().await, 0, "{}", self.what);
    }

    /// Publishes everything that both streams have had. Returns the types of the events that reach the bus.
    async fn publish_all(&mut self) -> Vec<String> {
        self.rows.extend(self.testbed.raw_row().await);
        let engine = &self.testbed.engine;
        let images: Vec<Value> = (0..engine.stream_len())
            .map(|it| engine.image(it))
            .collect();
        let mut records = records_of_images(&images);
        for (number, row) in self.rows.iter().enumerate() {
            records.push(item_record(images.len() + number, None, Some(row)));
        }
        let published = self.testbed.publish(records, self.now()).await;
        published.into_iter().map(|it| it.detail_type).collect()
    }

    async fn publishes_nothing(&mut self) {
        let published = self.publish_all().await;
        let what = self.what;
        assert_eq!(
            published, [""; 0],
            "nothing about an erased user is published: {what}"
        );
    }

    /// Does what the other process does before its fetch.
    async fn prepare(&mut self, other: Other) {
        let (now, item_id) = (self.now(), self.testbed.pluggy.model().item_id);
        match other {
            Other::Fetch => {
                // The stream may bring the records again.
                self.handled = 0;
            }
            Other::Webhook => self.deliver(&self.event("item/updated", "updated")).await,
            Other::Hint => self.testbed.hint(USER, now).finish().await,
            Other::Import => {
                let items = json!([{"itemId": item_id, "clientUserId": USER}]);
                let command = json!({"action": "import", "run": Uuid::nil(), "items": items});
                self.testbed.operate(command, now).finish().await;
            }
            Other::Replay => {
                let command = json!({"action": "replay", "run": Uuid::nil(), "itemId": item_id});
                self.testbed.operate(command, now).finish().await;
            }
        }
    }

    async fn interleave(&mut self, case: Case, points: usize) -> bool {
        // Clocks of processes differ by a second or two.
        let ahead = SignedDuration::from_secs(2);
        let now = self.now();
        let has_ended = if case.stops == Stops::Erasure {
            let mut erasure = self.testbed.erase(USER, now);
            for _ in 0..points {
                if erasure.go().await.is_some() {
                    return true;
                }
            }
            self.prepare(case.other).await;
            self.fetch(ahead).await;
            erasure.finish().await;
            false
        } else {
            self.prepare(case.other).await;
            let records = self.take_records();
            let mut fetch = self.testbed.sync(0, records, 0, now + ahead);
            let mut has_ended = false;
            for _ in 0..points {
                if fetch.go().await.is_some() {
                    has_ended = true;
                    break;
                }
            }
            self.testbed.erase(USER, now).finish().await;
            if !has_ended {
                fetch.finish().await;
            }
            has_ended
        };
        if case.known == Known::Fetched {
            let row = self.testbed.row().await;
            let is_erased = row.is_some_and(|row| row.is_erased());
            assert!(
                is_erased,
                "an erased item's tombstone is final: {}",
                self.what
            );
        }
        has_ended
    }

    /// Delivers what arrives late, and calls the erasure until it is final.
    async fn settle(&mut self, created: &Value) {
        let mut stage = self.erase().await;
        // The marker is there. What comes from here on has read it.
        self.publishes_nothing().await;
        let named_before = self.rows_name_the_user().await;
        let deleted = self.event("item/deleted", "deleted");
        for event in [created, &deleted] {
            self.deliver(event).await;
        }
        self.handled = 0;
        self.fetch(SignedDuration::ZERO).await;
        assert!(
            named_before || !self.rows_name_the_user().await,
            "item-sync stores no erased user: {}",
            self.what
        );
        for _ in 0..MAX_CALLS {
            if stage == "final" {
                break;
            }
            self.testbed.pluggy.model().now += NEXT_DAY;
            stage = self.erase().await;
        }
        assert_eq!(stage, "final", "{}", self.what);
        self.check_the_end().await;
    }

    /// Calls the erasure, and returns the stage of its receipt.
    async fn erase(&mut self) -> String {
        let erasure = self.testbed.erase(USER, self.now());
        let report = erasure.finish().await;
        assert_eq!(report["result"], "receipt", "{}: {report}", self.what);
        // An event that arrives later keeps its body until the final receipt.
        let was_there = self.known != Known::Nothing;
        for row in self.testbed.tables.event_rows().await {
            let is_first = row["sk"].as_s().unwrap() == CREATED;
            let has_body = row.contains_key("body") && is_first && was_there;
            assert!(!has_body, "bodies go at once: {}", self.what);
        }
        report["stage"].as_str().unwrap().to_owned()
    }

    async fn rows_name_the_user(&self) -> bool {
        let tables = &self.testbed.tables;
        let rows = tables.rows(&tables.items).await;
        rows.iter().any(|row| has_text(row, USER))
    }

    async fn check_the_end(&mut self) {
        self.publishes_nothing().await;
        let (tables, what) = (&self.testbed.tables, self.what);
        let (item_id, is_deleted) = {
            let model = self.testbed.pluggy.model();
            (model.item_id.to_string(), model.deleted_at.is_some())
        };
        for table in [&tables.events, &tables.items, &tables.limits] {
            let rows = tables.rows(table).await;
            assert!(
                !rows.iter().any(|row| has_text(row, USER)),
                "no row is left of an erased user: {what}: {rows:?}"
            );
        }
        let events = tables.event_rows().await;
        assert!(
            !events.iter().any(|row| has_text(row, &item_id)),
            "no row is left of an erased user: {what}: {events:?}"
        );
        let user = USER.parse().unwrap();
        let owned = tables.item_store().ids_owned_by(&user, 1).await.unwrap();
        assert_eq!(owned, [], "no row is left of an erased user: {what}");
        if let Some(row) = self.testbed.raw_row().await {
            assert_eq!(tests::tables::kept_by_a_tombstone(&row), None, "{what}");
        }
        let rule = match self.known {
            Known::Fetched => "an erased user's items are deleted at Pluggy",
            // Its first fetch may come after the marker. It is late then.
            Known::Event | Known::Nothing => "an item that arrives late is deleted at Pluggy",
        };
        assert!(is_deleted, "{rule}: {what}");
    }
}
