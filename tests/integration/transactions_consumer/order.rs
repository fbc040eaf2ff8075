//! Events that arrive twice, late, and in any order.

use jiff::SignedDuration;
use pluggy::Transaction;
use runtime::clock::now;
use serde_json::json;

use super::testbed::{CREATED, DELETED, Testbed, UPDATED, id_texts};

#[tokio::test]
async fn a_repeated_event_is_skipped_however_often_it_comes() {
    let testbed = Testbed::connected("user-ok").await;
    let event = testbed.event(1, CREATED, json!({}));
    testbed.receive(std::slice::from_ref(&event)).await;
    let (kept, applied) = (testbed.kept().await, testbed.applied().await);

    let failed = testbed.receive(&[event.clone(), event]).await;

    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(testbed.requests(), 1);
    assert_eq!(
        (testbed.kept().await, testbed.applied().await),
        (kept, applied)
    );
}

#[tokio::test]
async fn the_same_event_at_two_places_at_once_is_applied_once() {
    let testbed = Testbed::connected("user-ok").await;
    let event = [testbed.event(1, CREATED, json!({}))];

    let failed = tokio::join!(testbed.receive(&event), testbed.receive(&event));

    assert_eq!(failed, (vec![], vec![]));
    assert_eq!(testbed.applied().await.len(), 1);
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
}

#[tokio::test]
async fn a_late_event_does_not_restore_a_deleted_transaction() {
    let testbed = Testbed::connected("user-ok").await;
    let all = testbed.at_pluggy().await;
    let deleted = testbed.reverse(3).await;
    let ids = json!({ "transactionIds": deleted });

    testbed.receive(&[testbed.event(1, DELETED, ids)]).await;
    let marks = testbed.kept().await;
    // A response from before the deletion, by a clock that is ahead.
    let (item_id, later) = (testbed.item_id, now() + SignedDuration::from_mins(1));
    let table = &testbed.app.table;
    let put = table.put(testbed.account_id, &all, item_id, later);
    put.await.unwrap();

    let kept = testbed.kept().await;
    assert_eq!(kept.len(), all.len());
    for id in &deleted {
        assert_eq!(kept[id], marks[id]);
    }
    assert_eq!(testbed.live().await.len(), all.len() - deleted.len());
}

#[tokio::test]
async fn an_old_response_that_is_written_late_does_not_undo_a_newer_one() {
    let testbed = Testbed::connected("user-ok").await;
    let asked_at = now();
    let old = testbed.at_pluggy().await;
    testbed.change_at_bank(2, 0);
    testbed.receive_created().await;
    let newer = testbed.kept().await;

    testbed
        .app
        .table
        .put(testbed.account_id, &old, testbed.item_id, asked_at)
        .await
        .unwrap();

    assert_eq!(testbed.kept().await, newer);
}

#[tokio::test]
async fn a_newer_response_and_one_of_the_same_moment_replace_the_one_before() {
    let testbed = Testbed::connected("user-ok").await;
    let (table, item_id, moment) = (&testbed.app.table, testbed.item_id, now());
    let put = async |transactions: &[Transaction], at| {
        table
            .put(testbed.account_id, transactions, item_id, at)
            .await
    };
    let old = testbed.at_pluggy().await;
    testbed.change_at_bank(1, 0);
    let new = testbed.at_pluggy().await;
    let amount = new[0].amount.as_ref().unwrap().as_str();

    for later in [SignedDuration::ZERO, SignedDuration::from_millis(1)] {
        put(&old, moment).await.unwrap();
        put(&new, moment + later).await.unwrap();

        let row = &testbed.kept().await[&new[0].id.to_string()];
        assert_eq!(row["amount"].as_s().unwrap(), amount);
    }
    assert_ne!(old[0].amount, new[0].amount);
}

#[tokio::test]
async fn every_order_of_the_events_ends_in_the_same_transactions() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let testbed = Testbed::connected("user-ok").await;
        let all = testbed.at_pluggy().await;
        testbed.change_at_bank(2, 2);
        let oldest = id_texts(&all[all.len() - 2..]);
        let events = [
            testbed.event(0, CREATED, json!({})),
            testbed.event(1, UPDATED, json!({ "transactionIds": id_texts(&all[..2]) })),
            testbed.event(2, DELETED, json!({ "transactionIds": oldest })),
        ];

        for number in order {
            let failed = testbed.receive(&events[number..=number]).await;
            assert!(failed.is_empty(), "{order:?}");
        }

        let live = id_texts(&testbed.at_pluggy().await);
        assert_eq!(testbed.live().await, live, "{order:?}");
        assert_eq!(testbed.kept().await.len(), all.len(), "{order:?}");
        assert_eq!(testbed.applied().await.len(), events.len(), "{order:?}");
    }
}
