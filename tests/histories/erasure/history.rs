//! One history: the processes that run beside the erasure of the item's user, and what must hold at its end.

use harness::Published;
use jiff::{SignedDuration, Timestamp};
use publish::NO_ERASURES_REMEMBERED_FOR;
use serde_json::{Value, json};
use tests::stream::{item_record, records_of_images};
use tests::tables::{Row, has_text, kept_by_a_tombstone};
use uuid::Uuid;

use super::{Case, Known, Other, Stops};
use crate::gate::Point;
use crate::model::{Kind, State, USER};
use crate::run::Run;
use crate::testbed::Testbed;

/// Time between two calls of the erasure.
const NEXT_DAY: SignedDuration = SignedDuration::from_hours(25);
/// How much the clocks of two processes differ.
const CLOCKS_DIFFER_BY: SignedDuration = SignedDuration::from_secs(2);
/// Calls after which every erasure is final.
const MAX_CALLS: usize = 5;
/// Id of the item's first event.
pub(super) const CREATED: &str = "created";

/// A history of one item of the user.
pub(super) struct History<'a> {
    pub(super) testbed: &'a mut Testbed,
    known: Known,
    /// The number of records of the stream that item-sync has handled.
    handled: usize,
    /// States that the item's row has had.
    rows: Vec<Row>,
    what: &'a str,
}

impl<'a> History<'a> {
    pub(super) fn new(testbed: &'a mut Testbed, known: Known, what: &'a str) -> Self {
        Self {
            testbed,
            known,
            handled: 0,
            rows: Vec::new(),
            what,
        }
    }

    pub(super) fn connect(&self) {
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

    pub(super) fn event(&self, name: &str, id: &str) -> Value {
        let item_id = self.testbed.pluggy.model().item_id;
        json!({"event": name, "eventId": id, "itemId": item_id, "clientUserId": USER})
    }

    pub(super) async fn deliver(&self, event: &Value) {
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

    /// Returns a fetch of the records, on a lane whose clock is ahead by some time.
    fn new_fetch(&mut self, ahead: SignedDuration) -> Run<()> {
        let (records, now) = (self.take_records(), self.now() + ahead);
        let fetch = self.testbed.sync(0, records, 0, now);
        fetch.map(|reported| assert_eq!(reported, None))
    }

    pub(super) async fn fetch(&mut self, ahead: SignedDuration) {
        self.new_fetch(ahead).finish().await;
    }

    /// Returns publish with everything that both streams have had.
    async fn new_publish(&mut self) -> Run<Vec<Published>> {
        self.rows.extend(self.testbed.raw_row().await);
        let engine = &self.testbed.engine;
        let images: Vec<Value> = (0..engine.stream_len())
            .map(|it| engine.image(it))
            .collect();
        let mut records = records_of_images(&images);
        for (number, row) in self.rows.iter().enumerate() {
            records.push(item_record(images.len() + number, None, Some(row)));
        }
        self.testbed.publish(records, self.now())
    }

    /// Publishes everything that both streams have had. Returns the types of the events that reach the bus.
    pub(super) async fn publish_all(&mut self) -> Vec<String> {
        let published = self.new_publish().await.finish().await;
        published.into_iter().map(|it| it.detail_type).collect()
    }

    /// Lets publish forget that no user is erased, if it has found so.
    pub(super) fn let_publish_forget(&self) {
        self.testbed.pluggy.model().now += NO_ERASURES_REMEMBERED_FOR;
    }

    async fn publishes_nothing(&mut self) {
        let published = self.publish_all().await;
        let what = self.what;
        assert_eq!(
            published, [""; 0],
            "nothing about an erased user is published: {what}"
        );
    }

    /// Returns the other process.
    async fn process(&mut self, other: Other) -> Run<()> {
        let (now, item_id) = (self.now(), self.testbed.pluggy.model().item_id);
        match other {
            Other::Fetch => {
                self.handled = 0;
                self.new_fetch(CLOCKS_DIFFER_BY)
            }
            Other::Webhook => {
                let event = self.event("item/updated", "updated");
                let delivery = self.testbed.delivery(&event, now);
                delivery.map(|status| assert_eq!(status, 200))
            }
            Other::Hint => self.testbed.hint(USER, now),
            Other::Import => {
                let items = json!([{"itemId": item_id, "clientUserId": USER}]);
                let command = json!({"action": "import", "run": Uuid::nil(), "items": items});
                self.testbed.operate(command, now)
            }
            Other::Replay => {
                let command = json!({"action": "replay", "run": Uuid::nil(), "itemId": item_id});
                self.testbed.operate(command, now)
            }
            Other::Publish => self.new_publish().await.map(drop),
        }
    }

    pub(super) async fn interleave(&mut self, case: Case, points: usize) -> bool {
        let has_ended = match case.stops {
            Stops::Erasure => {
                let mut erasure = self.testbed.erase(USER, self.now());
                for _ in 0..points {
                    if erasure.go().await.is_some() {
                        return true;
                    }
                }
                let is_marked = self.is_marked().await;
                let effects = self.effects();
                self.process(case.other).await.finish().await;
                self.check_effects(case.other, effects, !is_marked);
                self.fetch(CLOCKS_DIFFER_BY).await;
                erasure.finish().await;
                false
            }
            Stops::Other => {
                let process = self.process(case.other).await;
                let effects = self.effects();
                let stopped_at = self.erase_amid(process, points).await;
                // A process that stops before its first read reads the marker.
                self.check_effects(case.other, effects, stopped_at != Some(Point::BeforeRead));
                self.fetch(CLOCKS_DIFFER_BY).await;
                let is_late = case.other != Other::Fetch;
                assert!(
                    !is_late || !self.rows_name_the_user().await,
                    "item-sync stores no erased user: {}",
                    self.what
                );
                stopped_at.is_none()
            }
            Stops::Fetch => {
                self.process(case.other).await.finish().await;
                let fetch = self.new_fetch(CLOCKS_DIFFER_BY);
                self.erase_amid(fetch, points).await.is_none()
            }
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

    /// Runs a process for some await points, then the erasure, and then the process to its end. Returns the point where it
    /// stopped, unless it ended before.
    async fn erase_amid(&self, mut process: Run<()>, points: usize) -> Option<Point> {
        let mut has_ended = false;
        for _ in 0..points {
            has_ended = process.go().await.is_some();
            if has_ended {
                break;
            }
        }
        self.testbed.erase(USER, self.now()).finish().await;
        if has_ended {
            return None;
        }
        let stopped_at = process.point();
        process.finish().await;
        stopped_at
    }

    /// Whether the user's marker is there.
    async fn is_marked(&self) -> bool {
        let (user, now) = (USER.parse().unwrap(), self.now());
        let erasures = self.testbed.tables.erasure_store();
        erasures.is_erased(&user, now).await.unwrap()
    }

    /// Returns the number of requests to the bus, and of events that were stored.
    fn effects(&self) -> (usize, usize) {
        let testbed = &self.testbed;
        (testbed.requests_to_the_bus(), testbed.engine.stream_len())
    }

    /// Checks that a process which reads the marker has an effect if it has read before the marker was there, and only then.
    fn check_effects(&self, other: Other, before: (usize, usize), has_read_before: bool) {
        let (published, stored) = self.effects();
        let what = self.what;
        match other {
            Other::Publish => assert_eq!(
                published > before.0,
                has_read_before,
                "nothing about an erased user is published: {what}"
            ),
            Other::Import => assert_eq!(
                stored > before.1,
                has_read_before,
                "an erased user is not imported: {what}"
            ),
            Other::Fetch | Other::Webhook | Other::Hint | Other::Replay => {}
        }
    }

    /// Delivers what arrives late, and calls the erasure until it is final.
    pub(super) async fn settle(&mut self, created: &Value) {
        let mut stage = self.erase().await;
        // The marker is there. What comes from here on has read it.
        self.let_publish_forget();
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
            assert_eq!(
                kept_by_a_tombstone(&row),
                None,
                "a tombstone has none of the user's data: {what}"
            );
        }
        let rule = match self.known {
            Known::Fetched => "an erased user's items are deleted at Pluggy",
            // Its first fetch may come after the marker. It is late then.
            Known::Event | Known::Nothing => "an item that arrives late is deleted at Pluggy",
        };
        assert!(is_deleted, "{rule}: {what}");
    }
}
