//! The pending signal of a row: only a response of Pluggy's weakens it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use store::{ItemUpdate, Items, PendingSignal, Schedule, Write, schema};
use tests::Tables;

use super::{ITEM, at, id, put, row, snapshot};

async fn signal(items: &Items) -> Option<PendingSignal> {
    let stored = items.get(id()).await.unwrap().unwrap();
    stored.schedule.pending_signal
}

/// Writes a schedule with this signal after a failed fetch.
async fn put_schedule(
    items: &Items,
    pending_signal: Option<PendingSignal>,
    next_fetch_at: Timestamp,
) -> Write {
    let update = ItemUpdate {
        schedule: Schedule {
            next_fetch_at: Some(next_fetch_at),
            pending_signal,
            ..Schedule::default()
        },
        ..row(id(), Some("usr_1"), at(0))
    };
    items.put_schedule(&update, None, at(30)).await.unwrap()
}

#[tokio::test]
async fn a_signal_is_raised_and_never_lowered() {
    for stored in PendingSignal::ALL {
        for raised in PendingSignal::ALL {
            let items = Tables::create().await.item_store();
            assert_eq!(
                put_schedule(&items, Some(stored), at(90)).await,
                Write::Done
            );

            let write = items.raise_signal(id(), raised).await.unwrap();

            assert_eq!(signal(&items).await, Some(stored.max(raised)));
            let is_written = raised > stored;
            assert_eq!(write == Write::Done, is_written, "{stored:?} {raised:?}");
        }
    }
}

#[tokio::test]
async fn a_signal_creates_no_row_and_changes_no_erased_one() {
    let items = Tables::create().await.item_store();
    let raise = async || items.raise_signal(id(), PendingSignal::Deletion).await;

    assert_eq!(raise().await.unwrap(), Write::Stale);
    assert!(items.get(id()).await.unwrap().is_none());

    let owner = tests::owner("usr_1");
    items.erase(id(), &owner, true, at(0)).await.unwrap();
    assert_eq!(raise().await.unwrap(), Write::Stale);
    assert_eq!(signal(&items).await, None);
}

/// A newer version may write a signal that this one does not know. It counts as none.
#[tokio::test]
async fn an_unknown_signal_refuses_nothing() {
    let tables = Tables::create().await;
    let items = tables.item_store();
    put_schedule(&items, None, at(90)).await;
    let unknown = async || {
        let key = AttributeValue::S(format!("{}{ITEM}", schema::ITEM_PREFIX));
        let update = tables.client.update_item().table_name(&tables.items);
        update
            .key(schema::PARTITION_KEY, key)
            .update_expression("SET pendingSignal = :unknown")
            .expression_attribute_values(":unknown", AttributeValue::S("unknown".to_owned()))
            .send()
            .await
            .unwrap();
    };

    unknown().await;
    assert_eq!(put_schedule(&items, None, at(90)).await, Write::Done);
    unknown().await;
    let raised = items.raise_signal(id(), PendingSignal::Activity).await;
    assert_eq!(raised.unwrap(), Write::Done);
    unknown().await;
    assert_eq!(respond(&items, &Schedule::default()).await, Write::Done);
}

/// Another fetch has failed since the row was read.
#[tokio::test]
async fn a_schedule_without_a_signal_of_the_row_is_refused() {
    for stored in PendingSignal::ALL {
        for known in [None].into_iter().chain(PendingSignal::ALL.map(Some)) {
            let items = Tables::create().await.item_store();
            put(&items, "UPDATED", Some(10), 20).await;
            put_schedule(&items, Some(stored), at(90)).await;

            let write = put_schedule(&items, known, at(90)).await;

            assert_eq!(
                write == Write::Done,
                known >= Some(stored),
                "{stored:?} {known:?}"
            );
            assert_eq!(signal(&items).await, known.max(Some(stored)));
        }
    }
}

#[tokio::test]
async fn a_response_settles_the_signal_of_the_row_that_was_read() {
    for before in [None].into_iter().chain(PendingSignal::ALL.map(Some)) {
        let items = Tables::create().await.item_store();
        put(&items, "UPDATED", Some(10), 20).await;
        put_schedule(&items, before, at(90)).await;
        let read = items.get(id()).await.unwrap().unwrap().schedule;

        assert_eq!(respond(&items, &read).await, Write::Done);

        assert_eq!(signal(&items).await, None);
    }
}

/// The event may be newer than the response.
#[tokio::test]
async fn a_response_does_not_settle_the_signal_of_a_fetch_that_failed_meanwhile() {
    for before in [None].into_iter().chain(PendingSignal::ALL.map(Some)) {
        for meanwhile in PendingSignal::ALL
            .into_iter()
            .filter(|it| Some(*it) >= before)
        {
            let items = Tables::create().await.item_store();
            put(&items, "UPDATED", Some(10), 20).await;
            put_schedule(&items, before, at(90)).await;
            let read = items.get(id()).await.unwrap().unwrap().schedule;
            put_schedule(&items, Some(meanwhile), at(95)).await;

            let write = respond(&items, &read).await;

            assert_eq!(write, Write::Stale, "{before:?} {meanwhile:?}");
            assert_eq!(signal(&items).await, Some(meanwhile));
        }
    }
}

/// Stores a newer response, of a fetch that has read this schedule.
async fn respond(items: &Items, read: &Schedule) -> Write {
    let newer = snapshot("UPDATED", Some(at(11)), at(40));
    let update = row(id(), Some("usr_1"), at(0));
    items.put_snapshot(update, newer, read).await.unwrap()
}
