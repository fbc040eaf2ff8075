//! Events that come twice, late, and in any order.

use jiff::SignedDuration;
use runtime::clock::now;
use serde_json::json;

use super::stand::{CREATED, DELETED, Stand, UPDATED, id_texts};

#[tokio::test]
async fn a_repeated_event_is_skipped_however_often_it_comes() {
    let stand = Stand::connected("user-ok").await;
    let event = stand.event(1, CREATED, json!({}));
    stand.receive(std::slice::from_ref(&event)).await;
    let (kept, applied) = (stand.kept().await, stand.applied().await);

    let failed = stand.receive(&[event.clone(), event]).await;

    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(stand.questions(), 1);
    assert_eq!((stand.kept().await, stand.applied().await), (kept, applied));
}

#[tokio::test]
async fn the_same_event_at_two_places_at_once_is_applied_once() {
    let stand = Stand::connected("user-ok").await;
    let event = [stand.event(1, CREATED, json!({}))];

    let failed = tokio::join!(stand.receive(&event), stand.receive(&event));

    assert_eq!(failed, (vec![], vec![]));
    assert_eq!(stand.applied().await.len(), 1);
    assert_eq!(stand.live().await, id_texts(&stand.at_pluggy().await));
}

#[tokio::test]
async fn a_late_event_does_not_bring_back_what_was_deleted() {
    let stand = Stand::connected("user-ok").await;
    let all = stand.at_pluggy().await;
    let deleted = id_texts(&all[..3]);
    let ids = json!({ "transactionIds": deleted });

    // Pluggy still answers with them, as it did to a question that was asked before.
    let first = stand.event(1, DELETED, ids.clone());
    let late = [
        stand.event(2, CREATED, json!({})),
        stand.event(3, UPDATED, ids),
    ];
    stand.receive(&[first]).await;
    let marks = stand.kept().await;
    stand.receive(&late).await;

    let kept = stand.kept().await;
    assert_eq!(kept.len(), all.len());
    for id in &deleted {
        assert_eq!(kept[id], marks[id]);
    }
    assert_eq!(stand.live().await.len(), all.len() - deleted.len());
}

#[tokio::test]
async fn an_old_answer_that_is_written_late_does_not_undo_a_newer_one() {
    let stand = Stand::connected("user-ok").await;
    let asked_at = now();
    let old = stand.at_pluggy().await;
    stand.change_at_bank(2, 0);
    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;
    let newer = stand.kept().await;

    let item_id = Some(stand.item_id);
    stand.app.table.put(&old, item_id, asked_at).await.unwrap();

    assert_eq!(stand.kept().await, newer);
}

#[tokio::test]
async fn a_newer_answer_and_one_of_the_same_moment_take_the_place_of_the_one_before() {
    let stand = Stand::connected("user-ok").await;
    let (table, item_id, moment) = (&stand.app.table, Some(stand.item_id), now());
    let old = stand.at_pluggy().await;
    stand.change_at_bank(1, 0);
    let new = stand.at_pluggy().await;
    let amount = new[0].amount.as_ref().unwrap().as_str();

    for later in [SignedDuration::ZERO, SignedDuration::from_millis(1)] {
        table.put(&old, item_id, moment).await.unwrap();
        table.put(&new, item_id, moment + later).await.unwrap();

        let row = &stand.kept().await[&new[0].id.to_string()];
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
        let stand = Stand::connected("user-ok").await;
        let all = stand.at_pluggy().await;
        stand.change_at_bank(2, 2);
        let oldest = id_texts(&all[all.len() - 2..]);
        let events = [
            stand.event(0, CREATED, json!({})),
            stand.event(1, UPDATED, json!({ "transactionIds": id_texts(&all[..2]) })),
            stand.event(2, DELETED, json!({ "transactionIds": oldest })),
        ];

        for number in order {
            let failed = stand.receive(&events[number..=number]).await;
            assert!(failed.is_empty(), "{order:?}");
        }

        let live = id_texts(&stand.at_pluggy().await);
        assert_eq!(stand.live().await, live, "{order:?}");
        assert_eq!(stand.kept().await.len(), all.len(), "{order:?}");
        assert_eq!(stand.applied().await.len(), events.len(), "{order:?}");
    }
}
