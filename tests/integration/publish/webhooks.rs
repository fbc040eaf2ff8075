//! Webhook events on the bus. Each stored one is published with the body that Pluggy sent.

use jiff::Timestamp;
use pluggy::EventKind;
use serde_json::json;
use store::{Body, EventKey, NewEvent, Origin, Target};
use tests::sample;

use super::{ITEM, Testbed, USER};

#[tokio::test]
async fn every_documented_event_and_any_other_is_published_under_its_name() {
    let testbed = Testbed::start().await;
    let names: Vec<&str> = EventKind::KNOWN
        .iter()
        .map(EventKind::as_str)
        .filter(|name| *name != "all")
        .chain(["payment_refund/completed", "benefits/new", "x", "É/criado"])
        .collect();
    assert_eq!(names.len(), 31 + 4);
    for (number, name) in names.iter().enumerate() {
        testbed
            .deliver(&json!({"event": name, "eventId": format!("e{number}"), "itemId": ITEM}))
            .await;
    }

    assert_eq!(testbed.feed_events().await, [""; 0]);

    let mut published_types = testbed.detail_types();
    let mut expected: Vec<String> = names.iter().map(|name| format!("webhook.{name}")).collect();
    published_types.sort_unstable();
    expected.sort_unstable();
    assert_eq!(published_types, expected);
}

#[tokio::test]
async fn the_sample_events_are_published_with_their_bodies() {
    for name in [
        "item-created",
        "transactions-created",
        "transactions-updated",
        "payment-request-updated",
        "smart-transfer-payment-error",
        "connector-status-updated",
        "base64",
        "no-event-id",
    ] {
        let testbed = Testbed::start().await;
        let event = sample::json(&format!("webhook/{name}.json"));
        let app = testbed
            .deployment
            .webhook(tests::deployment::WEBHOOK_SECRET_SHA256);
        let request = sample::request_of(&event);
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        webhook::handle(Some(&app), request, runtime::clock::now()).await;

        testbed.feed_events().await;

        let [published] = &testbed.published()[..] else {
            panic!("{name}")
        };
        assert_eq!(published.raw_field("body").unwrap(), body.trim(), "{name}");
        let detail = published.json();
        assert_eq!(
            published.detail_type,
            format!("webhook.{}", detail["event"].as_str().unwrap())
        );
        assert_eq!(detail["itemId"], detail["body"]["itemId"], "{name}");
    }
}

#[tokio::test]
async fn events_from_other_origins_are_not_published_as_webhooks() {
    let testbed = Testbed::start().await;
    let tables = &testbed.deployment.tables;
    let target = Target::Item(ITEM.parse().unwrap());
    let now = runtime::clock::now();
    for (number, origin) in [Origin::Hint, Origin::Replay, Origin::Import]
        .into_iter()
        .enumerate()
    {
        let event = NewEvent {
            key: EventKey::of_target(target, &number.to_string()),
            name: "item/updated".to_owned(),
            origin,
            body: Some(Body::new(br#"{"event":"item/updated"}"#, Vec::new)),
            ..NewEvent::fetch_request(target, "0", now)
        };
        tables.insert_event(&event).await;
    }
    tables
        .insert_event(&NewEvent::fetch_request(target, "c", now))
        .await;

    assert_eq!(testbed.feed_events().await, [""; 0]);

    assert_eq!(testbed.detail_types(), [""; 0]);
    assert_eq!(testbed.bus.requests(), 0);
}

#[tokio::test]
async fn a_quarantined_event_is_not_published() {
    let testbed = Testbed::start().await;
    for name in ["foreign-client-id", "not-json", "not-an-event"] {
        let app = testbed
            .deployment
            .webhook(tests::deployment::WEBHOOK_SECRET_SHA256);
        let request = sample::request(&format!("webhook/{name}.json"));
        let answer = webhook::handle(Some(&app), request, runtime::clock::now()).await;
        assert_eq!(answer.status(), 200, "{name}");
    }
    assert_eq!(testbed.deployment.tables.event_rows().await.len(), 3);

    assert_eq!(testbed.feed_events().await, [""; 0]);

    assert_eq!(testbed.detail_types(), [""; 0]);
    assert_eq!(testbed.dead_lettered().len(), 0);
}

#[tokio::test]
async fn a_body_that_eventbridge_does_not_accept_is_referenced_in_the_table() {
    let testbed = Testbed::start().await;
    let filler = "x".repeat(300 * 1024);
    testbed
        .deliver(&json!({"event": "x/y", "eventId": "1", "itemId": ITEM, "filler": filler}))
        .await;

    testbed.feed_events().await;

    let [published] = &testbed.published()[..] else {
        panic!()
    };
    let detail = published.json();
    assert!(detail["body"].is_null());
    let reference = &detail["bodyReference"];
    assert_eq!(
        reference["table"],
        testbed.deployment.tables.events.as_str()
    );
    let rows = testbed.deployment.tables.event_rows().await;
    assert_eq!(
        reference["key"]["pk"],
        rows[0]["pk"].as_s().unwrap().as_str()
    );
    assert_eq!(
        reference["key"]["sk"],
        rows[0]["sk"].as_s().unwrap().as_str()
    );
}

#[tokio::test]
async fn the_envelope_is_published_for_a_body_that_fits_no_row() {
    let testbed = Testbed::start().await;
    // A linear congruential generator: text that does not compress by half.
    let mut state = 1_u32;
    let noise: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'0' + (state >> 24) as u8 % 64)
    })
    .take(700 * 1024)
    .collect();
    testbed
        .deliver(&json!({"event": "item/updated", "eventId": "1", "itemId": ITEM, "clientUserId": USER, "filler": noise}))
        .await;

    testbed.feed_events().await;

    let [published] = &testbed.published()[..] else {
        panic!()
    };
    let detail = published.json();
    assert_eq!(detail["truncated"], true);
    assert_eq!(detail["body"]["clientUserId"], USER);
    assert!(detail["body"].get("filler").is_none());
}

#[tokio::test]
async fn a_name_that_fits_no_detail_type_is_published_in_the_detail() {
    let testbed = Testbed::start().await;
    // The row has as much of it, and so has the detail.
    let long = "n".repeat(129);
    for name in [long.as_str(), "a\u{1}b"] {
        testbed
            .deliver(&json!({"event": name, "itemId": ITEM}))
            .await;
    }

    testbed.feed_events().await;

    assert_eq!(testbed.detail_types(), ["webhook.unnamed"; 2]);
    let mut names: Vec<_> = testbed
        .published()
        .iter()
        .map(|it| it.json()["event"].clone())
        .collect();
    names.sort_by_key(|name| name.to_string().len());
    assert_eq!(names, [json!("a\u{1}b"), json!(&long[..128])]);
    let whole = testbed
        .published()
        .iter()
        .any(|it| it.json()["body"]["event"] == long.as_str());
    assert!(whole);
}

#[tokio::test]
async fn a_repeated_record_is_published_under_the_same_id() {
    let testbed = Testbed::start().await;
    testbed
        .deliver(&json!({"event": "item/updated", "eventId": "1", "itemId": ITEM}))
        .await;
    testbed
        .deliver(&json!({"event": "item/updated", "eventId": "2", "itemId": ITEM}))
        .await;

    testbed.feed_events().await;
    testbed.feed_events().await;

    let published = testbed.published();
    let ids: Vec<_> = published.iter().map(|it| it.json()["id"].clone()).collect();
    assert_eq!(ids[0], ids[2]);
    assert_eq!(ids[1], ids[3]);
    assert_ne!(ids[0], ids[1]);
    assert_eq!(published[0].detail, published[2].detail);
    let at = published[0].json()["receivedAt"]
        .as_str()
        .unwrap()
        .parse::<Timestamp>();
    assert_eq!(published[0].time.as_second(), at.unwrap().as_second());
}
