//! The path from the tables to the consumers: the tables' streams, publish and republish, the bus, and the dead-letter
//! queue.

use std::time::Duration;

use harness::{
    Dialect, EventBus, Fault, FaultProxy, Fed, Function, FunctionSettings, Plan, Queue, Refusal,
    StreamMapping,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::TableStream;

use crate::proof;
use crate::stack::Stack;

/// The mapping in the template. The stream retries for twelve hours, which is longer than any proof takes.
pub(crate) const MAPPING: StreamMapping = StreamMapping {
    batch_size: 500,
    max_retries: u32::MAX,
    timeout: Duration::from_secs(30),
};
const BUS_ARN: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";

pub(crate) struct Pipeline {
    pub(crate) bus: EventBus,
    /// The proxy between both functions and the bus.
    pub(crate) to_bus: FaultProxy,
    pub(crate) unpublished: Queue,
    /// The proxy between both functions and that queue.
    pub(crate) to_queue: FaultProxy,
    events: TableStream,
    items: TableStream,
    publish: FunctionSettings,
    republish: FunctionSettings,
}

/// The records of the tables' streams, each stream in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) events: Vec<Value>,
    pub(crate) items: Vec<Value>,
}

impl Pipeline {
    pub(crate) async fn start(stack: &Stack) -> Self {
        let seed = proof::seed();
        let bus = EventBus::start(BUS_ARN, seed).await.unwrap();
        let unpublished = Queue::start("publish-dead-letters", seed).await.unwrap();
        let to_bus = FaultProxy::start(&bus.url(), Dialect::EventBridge, seed)
            .await
            .unwrap();
        let to_queue = FaultProxy::start(&unpublished.endpoint(), Dialect::Sqs, seed)
            .await
            .unwrap();
        let tables = &stack.deployment.tables;
        let settings = |name: &str| {
            stack
                .settings(name)
                .with("AWS_ENDPOINT_URL_EVENTBRIDGE", to_bus.url())
                .with("AWS_ENDPOINT_URL_SQS", to_queue.url())
                .with("EVENT_BUS", bus.arn())
                .with("DEAD_LETTER_QUEUE_URL", unpublished.url())
        };
        Self {
            publish: settings("publish"),
            republish: settings("republish"),
            events: TableStream::of(tables, &tables.events).await,
            items: TableStream::of(tables, &tables.items).await,
            bus,
            to_bus,
            unpublished,
            to_queue,
        }
    }

    /// Starts a process of publish.
    pub(crate) async fn publisher(&self) -> Function {
        Function::start(self.publish.clone()).await.unwrap()
    }

    /// Starts a process of republish.
    pub(crate) async fn republisher(&self) -> Function {
        Function::start(self.republish.clone()).await.unwrap()
    }

    /// Returns the new records of the streams. The template's filter is left out, because publish must work without
    /// it.
    pub(crate) async fn new_records(&mut self) -> Records {
        Records {
            events: self.events.new_records().await,
            items: self.items.new_records().await,
        }
    }

    /// Lets the bus and the queue fail at random from now on. In every fourth round, so many requests fail that
    /// batches stay unfinished.
    pub(crate) fn fail(&self, round: u64) {
        self.bus.set_refusals([
            Refusal::with("InternalFailure").as_likely_as(0.05),
            Refusal::with("ThrottlingException").as_likely_as(0.05),
        ]);
        let outage = [Fault::ServerError, Fault::Reset, Fault::LostResponse];
        self.to_bus.set_plan(if round % 4 == 1 {
            Plan::any_of(&outage, 0.6)
        } else {
            Plan::all(0.2)
        });
        self.to_queue.set_plan(Plan::all(0.2));
    }

    /// Stops all faults.
    pub(crate) fn heal(&self) {
        self.bus.set_refusals([]);
        self.to_bus.set_plan(Plan::none());
        self.to_queue.set_plan(Plan::none());
    }

    /// Returns the dead-lettered entries.
    pub(crate) fn dead_lettered(&self) -> Vec<Value> {
        let bodies = self.unpublished.bodies();
        bodies
            .iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    /// Republishes everything since a time, and returns the number of published events.
    pub(crate) async fn republish(&self, since: Timestamp) -> u64 {
        let function = self.republisher().await;
        let (mut published, mut cursor) = (0, Value::Null);
        loop {
            let command = json!({ "action": "republish", "since": since, "cursor": cursor });
            let command = command.to_string();
            let answer = function.invoke(command.as_bytes(), MAPPING.timeout).await;
            let answer = answer.unwrap();
            let report = answer.json().unwrap_or_else(|| panic!("{answer:?}"));
            assert_eq!(report["result"], "republished", "{report}");
            published += report["published"].as_u64().unwrap();
            cursor = report["cursor"].clone();
            if cursor.is_null() {
                return published;
            }
        }
    }
}

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.events.len() + self.items.len()
    }

    pub(crate) fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.items.extend(more.items);
    }

    /// Feeds each stream to a process of its own, both concurrently.
    pub(crate) async fn feed(&self, publishers: &[&Function; 2]) -> Fed {
        let [first, second] = publishers;
        let (events, items) = tokio::join!(
            MAPPING.feed(first, &self.events),
            MAPPING.feed(second, &self.items),
        );
        let (mut fed, items) = (events.unwrap(), items.unwrap());
        fed.invocations += items.invocations;
        fed.billed += items.billed;
        fed.unanswered += items.unanswered;
        fed.unfinished += items.unfinished;
        fed.dropped.extend(items.dropped);
        fed
    }
}
