//! The testbed of a history: one engine with the four tables, one fake Pluggy, and the processes between them. These
//! are a webhook, a scheduler, the operator's function, an erasure, publish, and two that run item-sync. A testbed runs many
//! histories, each about its own item.

mod functions;

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::Event as Batch;
use aws_sdk_dynamodb::types::AttributeValue;
use client::StoredApiKey;
use harness::{EventBus, Published};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use pluggy::{Item, ItemId};
use publish::ErasedFilter;
use runtime::metrics::Emitter;
use serde_json::{Value, json};
use store::{Items, NewEvent, SharedApiKey, StoredItem};
use tests::deployment::{CLIENT_ID, WEBHOOK_SECRET, in_a_minute};
use tests::publishing::{self, BUS};
use tests::tables::Row;
use tests::{Tables, stream};
use uuid::Uuid;

use crate::engine::Engine;
use crate::gate::{Counts, Gate};
use crate::model::{BEGIN, LANES, Model};
use crate::neighbors::{self, NEIGHBORS};
use crate::pluggy::Pluggy;
use crate::run::Run;

use functions::{Api, api, erasure, item_sync, operator, scheduler, webhook};

/// The bus of a history refuses no entry, so nothing is put into a queue.
const NO_QUEUE: &str = "http://127.0.0.1:9/none";

/// The functions of one deployment, with the engine and the fake Pluggy that they call.
pub(crate) struct Testbed {
    pub(crate) engine: Engine,
    pub(crate) tables: Tables,
    pub(crate) pluggy: Pluggy,
    webhook: Arc<webhook::App>,
    scheduler: Arc<scheduler::App>,
    operator: Arc<operator::App>,
    erasure: (Gate, Arc<erasure::App>),
    publish: (Gate, Arc<publish::App>),
    bus: Arc<EventBus>,
    /// The gate of the functions that store events: the webhook, the scheduler and the operator's function. The tests never
    /// run two of them at once.
    door: Gate,
    lanes: Vec<(Gate, Arc<item_sync::App>)>,
    api: Api,
    items: u64,
    /// The rows of other items' events, for each lane.
    neighbors: Vec<Vec<Value>>,
}

impl Testbed {
    pub(crate) async fn start() -> Self {
        let engine = Engine::start();
        let tables = Tables::create_with(engine.client(&Gate::free())).await;
        let pluggy = Pluggy::new(Model::new(item_id(0)));
        share_a_key(&tables.credential_store()).await;
        let door = Gate::default();
        let behind = |gate: &Gate| Tables {
            client: engine.client(gate),
            ..tables.clone()
        };
        let gates: Vec<Gate> = (0..LANES).map(|_| Gate::default()).collect();
        let eraser = Gate::default();
        let others = [Gate::free(), eraser.clone()];
        let served = gates.iter().cloned().chain(others).collect();
        let mut urls = pluggy.serve(served).await;
        let erasure = Arc::new(erasure(&behind(&eraser), &urls.pop().unwrap()));
        let app = Arc::clone(&erasure);
        warm_up(&eraser, async move {
            app.pluggy.item(item_id(0), begin()).await
        })
        .await;
        let api = api(&tables, &urls.pop().unwrap());
        let bus = EventBus::start(BUS, 0).await.unwrap();
        let publisher = Gate::default();
        let (publish, _) = publishing::apps(&behind(&publisher), &bus.url(), NO_QUEUE);
        let lanes = gates.into_iter().zip(urls);
        let lanes = lanes.map(|(gate, url)| {
            let tables = behind(&gate);
            (gate, Arc::new(item_sync(&tables, &url)))
        });
        let lanes: Vec<(Gate, Arc<item_sync::App>)> = lanes.collect();
        for (gate, app) in &lanes {
            let app = Arc::clone(app);
            warm_up(
                gate,
                async move { app.pluggy.item(item_id(0), begin()).await },
            )
            .await;
        }
        let tables_of_the_door = behind(&door);
        let mut testbed = Self {
            webhook: Arc::new(webhook(&tables_of_the_door)),
            scheduler: Arc::new(scheduler(&tables_of_the_door)),
            operator: Arc::new(operator(&tables_of_the_door)),
            engine,
            tables,
            pluggy,
            erasure: (eraser, erasure),
            publish: (publisher, Arc::new(publish)),
            bus: Arc::new(bus),
            door,
            lanes,
            api,
            items: 0,
            neighbors: Vec::new(),
        };
        for lane in 0..LANES {
            for number in 0..NEIGHBORS {
                let event = neighbors::event(lane, number);
                let delivery = testbed.delivery(&event, begin());
                assert_eq!(delivery.finish().await, 200);
            }
            let images = (lane * NEIGHBORS..testbed.engine.stream_len())
                .map(|number| testbed.engine.image(number));
            let images = images.collect();
            testbed.neighbors.push(images);
        }
        testbed
    }

    /// Starts the history of another item.
    pub(crate) fn begin(&mut self) -> ItemId {
        self.items += 1;
        *self.pluggy.model() = Model::new(item_id(self.items));
        self.engine.clear_stream();
        for (_, app) in &mut self.lanes {
            forget(app, |app| &mut app.metrics);
        }
        forget(&mut self.webhook, |app| &mut app.metrics);
        forget(&mut self.scheduler, |app| &mut app.metrics);
        item_id(self.items)
    }

    /// Replaces the operator's function and publish by new processes, which do not have the key of erased users' digests. So
    /// they first read whether any user may be erased.
    pub(crate) fn restart(&mut self) {
        let (engine, tables) = (&self.engine, &self.tables);
        let erasures_behind = |gate: &Gate| {
            let client = engine.client(gate);
            let tables = Tables {
                client,
                ..tables.clone()
            };
            tables.erasure_store()
        };
        if let Some(app) = Arc::get_mut(&mut self.operator) {
            app.erasures = erasures_behind(&self.door);
        }
        let (publisher, publish) = &mut self.publish;
        if let Some(app) = Arc::get_mut(publish) {
            app.erased = ErasedFilter::new(erasures_behind(publisher));
        }
    }

    /// Deletes the item's row, so that it is not due in later histories, and all limits.
    pub(crate) async fn end(&mut self) {
        self.tables.forget_limits().await;
        neighbors::forget_all(self).await;
        let (client, key) = (&self.tables.client, self.key());
        let delete = client.delete_item().table_name(&self.tables.items);
        delete.key("pk", key).send().await.unwrap();
    }

    /// Deletes the rows of all events.
    pub(crate) async fn forget_events(&self) {
        let (client, table) = (&self.tables.client, &self.tables.events);
        for row in self.tables.event_rows().await {
            let delete = client.delete_item().table_name(table);
            let delete = delete.key("pk", row["pk"].clone());
            delete.key("sk", row["sk"].clone()).send().await.unwrap();
        }
    }

    /// Returns a delivery to the webhook, ready to run. It returns the status of the response.
    pub(crate) fn delivery(&self, body: &Value, now: Timestamp) -> Run<u16> {
        let (app, request) = (Arc::clone(&self.webhook), request(body));
        Run::new(&self.door, async move {
            let answer = webhook::handle(Some(&app), request, now).await;
            answer.status().as_u16()
        })
    }

    /// Returns a hint from a frontend, ready to run.
    pub(crate) fn hint(&self, user: &str, now: Timestamp) -> Run<()> {
        let item_id = self.pluggy.model().item_id;
        let hint = NewEvent::hint(item_id, &user.parse().unwrap(), now);
        let events = self.webhook.events.clone();
        Run::new(&self.door, async move {
            events
                .insert(&hint, tests::tables::EVENT_RETENTION)
                .await
                .unwrap();
        })
    }

    /// Returns an operator's import of the item for `user`, ready to run. Each import has another `run`.
    pub(crate) fn import(&self, user: &str, run: usize, now: Timestamp) -> Run<()> {
        let item_id = self.pluggy.model().item_id;
        let command = json!({
            "action": "import", "run": Uuid::from_u128(run as u128),
            "items": [{"itemId": item_id, "clientUserId": user}],
        });
        let app = Arc::clone(&self.operator);
        Run::new(&self.door, async move {
            let report = operator::handle(&app, command, now, in_a_minute()).await;
            let imported = operator::Report::Imported {
                imported: 1,
                known: 0,
                erased: 0,
            };
            assert_eq!(report.unwrap(), imported);
        })
    }

    /// Returns a call of the erasure of a user, ready to run. It returns the report.
    pub(crate) fn erase(&self, user: &str, now: Timestamp) -> Run<Value> {
        let (gate, app) = &self.erasure;
        let command = json!({"action": "erase", "clientUserId": user});
        let app = Arc::clone(app);
        Run::new(gate, async move {
            let report = erasure::handle(&app, command, now, in_a_minute()).await;
            serde_json::to_value(report.unwrap()).unwrap()
        })
    }

    /// Returns publish with records of both streams, ready to run. It returns the events that reach the bus.
    pub(crate) fn publish(&self, records: Vec<Value>, now: Timestamp) -> Run<Vec<Published>> {
        let batch: Batch = serde_json::from_value(json!({ "Records": records })).unwrap();
        let (gate, app) = &self.publish;
        let (app, bus) = (Arc::clone(app), Arc::clone(&self.bus));
        Run::new(gate, async move {
            let before = bus.published().len();
            let answer = publish::handle(&app, batch, now, in_a_minute()).await;
            assert_eq!(answer.batch_item_failures, []);
            bus.published().split_off(before)
        })
    }

    /// Returns the number of requests to the bus. Each has at least one entry.
    pub(crate) fn requests_to_the_bus(&self) -> usize {
        self.bus.requests()
    }

    /// Returns a command of an operator, ready to run.
    pub(crate) fn operate(&self, command: Value, now: Timestamp) -> Run<()> {
        let app = Arc::clone(&self.operator);
        Run::new(&self.door, async move {
            let report = operator::handle(&app, command, now, in_a_minute()).await;
            assert!(!matches!(report.unwrap(), operator::Report::Refused(_)));
        })
    }

    /// Returns the counts of each gate since the last call.
    pub(crate) fn take_counts(&self) -> impl Iterator<Item = Counts> {
        let lanes = self.lanes.iter().map(|(gate, _)| gate);
        let others = [&self.door, &self.erasure.0, &self.publish.0];
        lanes.chain(others).map(Gate::take_counts)
    }

    /// Returns the gate of a lane.
    pub(crate) fn gate(&self, lane: usize) -> &Gate {
        &self.lanes[lane].0
    }

    /// Returns the functions behind our API.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Returns a run of the scheduler. It returns the number of fetches that it requested.
    pub(crate) fn tick(&self, now: Timestamp) -> Run<usize> {
        let app = Arc::clone(&self.scheduler);
        Run::new(&self.door, async move {
            let run = scheduler::handle(&app, now, in_a_minute()).await;
            run.unwrap().requested
        })
    }

    /// Returns an invocation of item-sync, ready to run. It returns the position of the record that it reports as failed.
    /// The events of this many other items come before those of the history's item.
    pub(crate) fn sync(
        &self,
        lane: usize,
        images: Vec<Value>,
        neighbors: usize,
        now: Timestamp,
    ) -> Run<Option<usize>> {
        let (gate, app) = &self.lanes[lane];
        let app = Arc::clone(app);
        let neighbors = self.neighbors[lane].iter().take(neighbors).map(|image| {
            let mut image = image.clone();
            image["receivedAt"]["N"] = json!(now.as_millisecond().to_string());
            image
        });
        let images: Vec<Value> = neighbors.chain(images).collect();
        let batch: Batch = stream::batch_of_images(&images);
        Run::new(gate, async move {
            let answer = item_sync::handle(&app, &batch, now, in_a_minute()).await;
            let reported = answer.batch_item_failures.first()?;
            let mut numbers = (0..images.len()).map(stream::sequence_number);
            let reported = reported.item_identifier.as_deref();
            Some(
                numbers
                    .position(|number| reported == Some(number.as_str()))
                    .unwrap(),
            )
        })
    }

    /// Returns the item's current row.
    pub(crate) async fn row(&self) -> Option<StoredItem> {
        let items: Items = self.tables.item_store();
        let item_id = self.pluggy.model().item_id;
        items.get(item_id).await.unwrap()
    }

    /// Returns the item's current row, attribute by attribute.
    pub(crate) async fn raw_row(&self) -> Option<Row> {
        let get = self.tables.client.get_item().consistent_read(true);
        let get = get.table_name(&self.tables.items).key("pk", self.key());
        get.send().await.unwrap().item
    }

    fn key(&self) -> AttributeValue {
        AttributeValue::S(format!("ITEM#{}", self.pluggy.model().item_id))
    }
}

/// Returns the id of the n-th item. The ids differ by multiples of 3,600, so that all items have the same hourly slot
/// and their rows can be compared.
fn item_id(number: u64) -> ItemId {
    const APART: u64 = 3_600;
    Uuid::from_u64_pair(
        0x9a7b_6c5d_0000_4000,
        0x8000_0000_0000_0000 | (number * APART),
    )
    .to_string()
    .parse()
    .unwrap()
}

/// Stores an API key that outlives every history, so that no history begins with `POST /auth`.
async fn share_a_key(shared: &SharedApiKey) {
    let begin: Timestamp = BEGIN.parse().unwrap();
    let key = StoredApiKey {
        client_id: CLIENT_ID.parse().unwrap(),
        key: "key-of-the-histories".to_owned().into(),
        issued_at: begin - SignedDuration::from_hours(1),
        expires_at: begin + SignedDuration::from_hours(24 * 365),
    };
    shared.put_api_key(&key).await.unwrap();
}

/// Loads the key into memory and opens a connection, so that every invocation has the same await points.
async fn warm_up(
    gate: &Gate,
    fetch: impl Future<Output = Result<Option<Box<Item>>, client::Error>> + 'static,
) {
    let answer = Run::new(gate, fetch).finish().await;
    assert_eq!(answer.unwrap(), None);
}

fn begin() -> Timestamp {
    BEGIN.parse().unwrap()
}

/// Drops the log lines of the previous history.
fn forget<A>(app: &mut Arc<A>, metrics: impl FnOnce(&mut A) -> &mut Emitter) {
    if let Some(app) = Arc::get_mut(app) {
        *metrics(app) = Emitter::in_memory();
    }
}

fn request(body: &Value) -> Request {
    let request = lambda_http::http::Request::post("/").header("x-webhook-secret", WEBHOOK_SECRET);
    request.body(Body::Text(json!(body).to_string())).unwrap()
}
