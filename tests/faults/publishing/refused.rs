//! Entries that the bus refuses, a bus that accepts nothing, and events of the wrong kind.

use std::collections::{BTreeMap, BTreeSet};

use harness::{Fault, Function, Outcome, Plan, Published, Refusal};
use jiff::SignedDuration;
use pluggy::{EventKind, ItemId};
use runtime::clock::now;
use serde_json::{Value, json};
use store::{NewEvent, Target};
use tests::deployment::eventually;
use uuid::Uuid;

use crate::figures::Figures;
use crate::pipeline::{MAPPING, Pipeline};
use crate::proof;
use crate::stack::Stack;

/// A marker in the body of the refused entry.
const MARKER: &str = "the-one-that-is-refused";
/// The log message of an invocation that leaves records to the stream.
const LEFT: &str = "not all published";

/// Returns an event about one of ten items.
fn event(number: usize) -> Value {
    let item_id = Uuid::from_u128(0x9a7b_6c5d_0000_4000_8000_0000_0000_0000 + number as u128 % 10);
    json!({ "event": "item/updated", "eventId": Uuid::new_v4(), "itemId": item_id, "number": number })
}

async fn deliver(stack: &Stack, events: &[Value]) {
    for event in events {
        assert_eq!(stack.deployment.deliver(event).await, 200);
    }
}

/// Returns the bodies on the bus, each once.
fn bodies(published: &[Published]) -> BTreeSet<String> {
    published
        .iter()
        .map(|event| event.json()["body"].to_string())
        .collect()
}

fn texts(events: &[Value]) -> BTreeSet<String> {
    events.iter().map(Value::to_string).collect()
}

/// Returns the number of invocations that left records to the stream. Requests do not show it: their number per
/// invocation is an internal detail, and the last response may still arrive.
fn left(function: &Function) -> usize {
    let lines = function.lines();
    lines.iter().filter(|line| line.contains(LEFT)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_entry_is_dead_lettered_and_delays_no_other_entry() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let function = pipeline.publisher().await;
    let began = now() - SignedDuration::from_mins(1);
    let count = proof::size(30, 300);
    let codes = ["MalformedDetail", "InvalidArgument", "InternalFailure"];
    let mut dead_lettered = 0;

    for code in codes {
        let mut events: Vec<Value> = (0..count).map(event).collect();
        let mut refused = event(count / 2);
        refused["note"] = MARKER.into();
        events.insert(count / 2, refused.clone());
        deliver(&stack, &events).await;
        let before = pipeline.bus.published().len();
        pipeline.bus.set_refusals([Refusal::with(code).of(MARKER)]);
        let fed = pipeline
            .new_records()
            .await
            .feed(&[&function, &function])
            .await;
        pipeline.heal();

        let taken = pipeline.bus.published().split_off(before);
        let mut neighbors = texts(&events);
        neighbors.remove(&refused.to_string());
        assert_eq!(bodies(&taken), neighbors, "{code}");
        assert_eq!(taken.len(), count, "{code}: once each");
        assert!(fed.dropped.is_empty());
        dead_lettered += 1;
        assert_eq!(pipeline.dead_lettered().len(), dead_lettered, "{code}");
        let text = pipeline.unpublished.bodies().join("\n");
        assert!(!text.contains(MARKER), "no body: {text}");

        pipeline.republish(began).await;

        let republished = pipeline.bus.published();
        let event_id = refused["eventId"].as_str().unwrap();
        let back = republished
            .iter()
            .find(|event| event.detail.contains(event_id))
            .unwrap();
        let messages = pipeline.dead_lettered();
        let message = messages
            .iter()
            .find(|message| message["id"] == back.json()["id"])
            .unwrap();
        assert_eq!(message["code"], code);
        assert_eq!(message["detailType"], "webhook.item/updated");
    }
    Figures::of("publishing, refused")
        .with("codes", codes.len())
        .with("neighbors", count * codes.len())
        .with("dead_lettered", dead_lettered)
        .with("brought back", dead_lettered)
        .print();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_accepts_nothing_loses_nothing() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let function = pipeline.publisher().await;
    let requests = proof::size(4, 30);
    let faults = [Fault::ServerError, Fault::Throttled, Fault::Reset];
    let outages = faults.map(Some).into_iter().chain([None]);
    let (mut count, mut invocations) = (0, 0);

    for fault in outages {
        let events: Vec<Value> = (0..25).map(event).collect();
        deliver(&stack, &events).await;
        let before = pipeline.bus.published().len();
        let seen = pipeline.to_bus.exchanges().len();
        let left_before = left(&function);
        match fault {
            Some(fault) => pipeline.to_bus.set_plan(Plan::only(fault, 1.0)),
            None => pipeline
                .bus
                .set_refusals([Refusal::with("ThrottlingException")]),
        }
        let records = pipeline.new_records().await;
        let publishers = [&function, &function];
        let (fed, ()) = tokio::join!(records.feed(&publishers), async {
            eventually("the bus is asked again and again", async || {
                let is_asked = pipeline.to_bus.exchanges().len() >= seen + requests;
                (is_asked && left(&function) > left_before).then_some(())
            })
            .await;
            assert_eq!(pipeline.bus.published().len(), before);
            pipeline.heal();
        });

        let taken = pipeline.bus.published().split_off(before);
        assert_eq!(bodies(&taken), texts(&events), "{fault:?}");
        assert_eq!(pipeline.dead_lettered(), Vec::<Value>::new(), "{fault:?}");
        assert!(fed.invocations > 1 && fed.dropped.is_empty(), "{fault:?}");
        count += events.len();
        invocations += fed.invocations;
    }
    Figures::of("publishing, outage")
        .with("kinds", faults.len() + 1)
        .with("events", count)
        .with("invocations", invocations)
        .with("dead_lettered", 0)
        .with("lost", 0)
        .print();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_cannot_be_dead_lettered_is_retried() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let function = pipeline.publisher().await;
    let mut events: Vec<Value> = (0..5).map(event).collect();
    events[0]["note"] = MARKER.into();
    deliver(&stack, &events).await;
    pipeline
        .bus
        .set_refusals([Refusal::with("InvalidArgument").of(MARKER)]);
    pipeline
        .to_queue
        .set_plan(Plan::only(Fault::ServerError, 1.0));

    let records = pipeline.new_records().await;
    let publishers = [&function, &function];
    let (fed, ()) = tokio::join!(records.feed(&publishers), async {
        eventually("an invocation is given up", async || {
            (left(&function) > 0).then_some(())
        })
        .await;
        pipeline.to_queue.set_plan(Plan::none());
    });

    assert!(fed.invocations > 1 && fed.dropped.is_empty());
    assert_eq!(pipeline.dead_lettered().len(), 1);
    assert_eq!(bodies(&pipeline.bus.published()), texts(&events[1..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_sent_to_publish_fails_and_a_batch_sent_to_republish_is_refused() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let (publish, republish) = (pipeline.publisher().await, pipeline.republisher().await);
    deliver(&stack, &[event(0)]).await;
    let batch = json!({ "Records": pipeline.new_records().await.events }).to_string();
    let command = json!({ "action": "republish", "since": "2020-01-01T00:00:00Z" }).to_string();

    let failed = publish.invoke(command.as_bytes(), MAPPING.timeout).await;
    let refused = republish.invoke(batch.as_bytes(), MAPPING.timeout).await;

    // A stream would take anything but an error for success.
    let Outcome::Error(error) = failed.unwrap().outcome else {
        panic!("no error")
    };
    let error = String::from_utf8(error).unwrap();
    assert!(error.contains("the payload cannot be read"), "{error}");
    assert_eq!(refused.unwrap().json().unwrap()["result"], "refused");
    assert_eq!(pipeline.bus.published().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_pluggys_arrives_under_its_name_and_nothing_else_does() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let function = pipeline.publisher().await;
    let item_id = "9a7b6c5d-0000-4000-8000-000000000001";
    let of = |name: &str| json!({ "event": name, "eventId": Uuid::new_v4(), "itemId": item_id });
    let long_name = format!("something/{}", "n".repeat(115));
    let odd_names = [
        "something/new",
        "item/all",
        long_name.as_str(),
        "something/\nnew",
    ];
    // The list includes `all`, which Pluggy never sends.
    assert_eq!(EventKind::KNOWN.len(), 32);
    let documented = EventKind::KNOWN.iter().map(EventKind::as_str);
    let events: Vec<Value> = documented.chain(odd_names).map(of).collect();
    deliver(&stack, &events).await;
    let mut foreign = of("item/updated");
    foreign["clientId"] = "22222222-0000-4000-8000-000000000003".into();
    deliver(&stack, &[foreign, json!(["no event"])]).await;
    let check = NewEvent::fetch_request(
        Target::Item(item_id.parse::<ItemId>().unwrap()),
        "a-check",
        now(),
    );
    stack.deployment.tables.insert_event(&check).await;

    let records = pipeline.new_records().await;
    records.feed(&[&function, &function]).await;

    let published = pipeline.bus.published();
    let actual: BTreeMap<String, String> = published
        .iter()
        .map(|event| (event.json()["body"].to_string(), event.detail_type.clone()))
        .collect();
    let named = |event: &Value| {
        let name = event["event"].as_str().unwrap();
        let has_no_room = name == long_name || name.contains('\n');
        if has_no_room {
            "webhook.unnamed".to_owned()
        } else {
            format!("webhook.{name}")
        }
    };
    let expected: BTreeMap<String, String> = events
        .iter()
        .map(|event| (event.to_string(), named(event)))
        .collect();
    assert_eq!(actual, expected);
    assert_eq!(published.len(), events.len(), "once each");
    for event in &published {
        let detail = event.json();
        assert_eq!(detail["event"], detail["body"]["event"], "the whole name");
        let is_about_the_item = ["item/", "transactions/"]
            .iter()
            .any(|group| event.detail_type.starts_with(&format!("webhook.{group}")));
        if is_about_the_item {
            assert_eq!(detail["itemId"], item_id);
        }
    }
    assert_eq!(pipeline.dead_lettered(), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_large_is_published_as_a_reference_and_other_bodies_whole() {
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let function = pipeline.publisher().await;
    let large = |number: usize, bytes: usize| {
        let mut event = event(number);
        event["filler"] = "x".repeat(bytes).into();
        event
    };
    // One body fits alone with its envelope, one does not fit with another one in a request, and one does not fit at
    // all.
    let events = [
        event(0),
        large(1, 200 * 1024),
        large(2, 200 * 1024),
        large(3, 256 * 1024),
        large(4, 1024 * 1024),
        event(5),
    ];
    deliver(&stack, &events).await;

    let fed = pipeline
        .new_records()
        .await
        .feed(&[&function, &function])
        .await;

    let published = pipeline.bus.published();
    let of = |number: usize| {
        let item_id = &events[number]["itemId"];
        let event = published
            .iter()
            .find(|event| event.json()["itemId"] == *item_id);
        event.unwrap().json()
    };
    assert_eq!(published.len(), events.len());
    for number in [0, 1, 2, 5] {
        assert_eq!(of(number)["body"], events[number]);
        assert_eq!(of(number)["bodyReference"], Value::Null);
    }
    for number in [3, 4] {
        let detail = of(number);
        assert_eq!(detail["body"], Value::Null);
        let tables = &stack.deployment.tables;
        let key = &detail["bodyReference"]["key"];
        assert_eq!(detail["bodyReference"]["table"], tables.events);
        assert_eq!(
            key["pk"],
            format!("ITEM#{}", detail["itemId"].as_str().unwrap())
        );
        assert_eq!(key["sk"], events[number]["eventId"]);
    }
    assert_eq!((fed.invocations, fed.unanswered), (1, 0));
}
