//! The owner of a row: no write changes it but for one of a higher rank.

use aws_sdk_dynamodb::types::AttributeValue;
use store::{ItemUpdate, Items, Owner, Provenance, Schedule, Write};
use tests::Tables;

use super::{ITEM, at, id, put, row, snapshot, status};

#[tokio::test]
async fn a_row_never_changes_its_owner_within_one_rank() {
    let items = Tables::create().await.item_store();
    put(&items, "FIRST", Some(10), 20).await;

    for owner in [Some("usr_2"), None] {
        let write = items
            .put_snapshot(
                row(id(), owner, at(0)),
                snapshot("OTHER", Some(at(11)), at(30)),
                &Schedule::default(),
            )
            .await;
        assert_eq!(write.unwrap(), Write::Stale);
    }

    assert_eq!(status(&items).await, "FIRST");
}

#[tokio::test]
async fn only_an_item_without_an_owner_is_claimed_within_one_rank() {
    let items = Tables::create().await.item_store();
    let claim = async |user: &str| items.claim(id(), &tests::owner(user), at(0)).await;

    assert_eq!(claim("usr_1").await.unwrap(), Write::Stale, "there is none");
    let nobodys = row(id(), None, at(0));
    let first = snapshot("FIRST", Some(at(10)), at(20));
    items
        .put_snapshot(nobodys, first.clone(), &Schedule::default())
        .await
        .unwrap();
    assert_eq!(claim("usr_1").await.unwrap(), Write::Done);
    assert_eq!(claim("usr_2").await.unwrap(), Write::Stale);

    let claimed = items.get(id()).await.unwrap().unwrap();
    assert_eq!(
        (claimed.owner(), claimed.snapshot().unwrap().fetched_at),
        (Some(&tests::owner("usr_1")), first.fetched_at)
    );
    let user = "usr_1".parse().unwrap();
    let listed = items.owned_by(&user, 10, None).await.unwrap().items;
    assert_eq!(listed.len(), 1);

    items.put_tombstone(id(), at(0), at(30)).await.unwrap();
    assert_eq!(claim("usr_1").await.unwrap(), Write::Stale, "it is gone");
}

fn owned(user: &str, provenance: Provenance) -> ItemUpdate {
    let user = user.parse().unwrap();
    ItemUpdate {
        owner: Some(Owner { user, provenance }),
        ..row(id(), None, at(0))
    }
}

/// Writes a row of `usr_1` with a snapshot, then names an owner by each kind of write.
#[tokio::test]
async fn an_owner_is_replaced_by_a_higher_rank_alone_in_every_write() {
    use Provenance::{Event, Import, Response};
    let items = Tables::create().await.item_store();
    let mut second = 0;
    for stored in [Import, Event, Response] {
        for named in [Import, Event, Response] {
            for user in ["usr_1", "usr_2"] {
                let next = owned(user, named);
                let case = format!("{stored:?} {named:?} {user}");
                let outranks = named > stored;
                let is_taken = outranks || (user == "usr_1" && named == stored);
                let kept = owned("usr_1", stored).owner;
                let expected = if outranks { &next.owner } else { &kept };
                for write in ["snapshot", "claim", "schedule"] {
                    second += 10;
                    reset(&items, owned("usr_1", stored), second).await;
                    let before = items.get(id()).await.unwrap().unwrap();

                    let outcome = match write {
                        "snapshot" => {
                            let newer = snapshot("NEW", Some(at(second + 2)), at(second + 2));
                            items
                                .put_snapshot(next.clone(), newer, &Schedule::default())
                                .await
                                .unwrap()
                        }
                        "claim" => {
                            let owner = next.owner.as_ref().unwrap();
                            items.claim(id(), owner, at(0)).await.unwrap()
                        }
                        _ => items
                            .put_schedule(&next, None, at(second + 2))
                            .await
                            .unwrap(),
                    };

                    let row = items.get(id()).await.unwrap().unwrap();
                    let is_written = match write {
                        "claim" => outranks,
                        _ => is_taken,
                    };
                    assert_eq!(outcome == Write::Done, is_written, "{write} {case}");
                    assert_eq!(row.owner(), expected.as_ref(), "{write} {case}");
                    assert!(is_written || row == before, "{write} {case}");
                    let user = row.user().unwrap();
                    let listed = items.owned_by(user, 10, None).await.unwrap().items;
                    assert_eq!(listed.len(), 1, "{write} {case}");
                }
            }
        }
    }
}

/// Replaces whatever row there is by `stored` with a snapshot of this second.
async fn reset(items: &Items, stored: ItemUpdate, second: i64) {
    items.put_tombstone(id(), at(0), at(second)).await.unwrap();
    let first = snapshot("FIRST", Some(at(second + 1)), at(second + 1));
    let write = items
        .put_snapshot(stored, first, &Schedule::default())
        .await
        .unwrap();
    assert_eq!(write, Write::Done);
}

/// A newer version may write a provenance that this one does not know. This one replaces no such owner, and fetches
/// such an item on.
#[tokio::test]
async fn an_owner_of_an_unknown_provenance_stays_and_its_item_is_written() {
    let tables = Tables::create().await;
    let items = tables.item_store();
    put(&items, "FIRST", Some(10), 20).await;
    let update = tables.client.update_item().table_name(&tables.items);
    update
        .key("pk", AttributeValue::S(format!("ITEM#{ITEM}")))
        .update_expression("SET ownerProvenance = :notary")
        .expression_attribute_values(":notary", AttributeValue::S("notary".to_owned()))
        .send()
        .await
        .unwrap();
    let stored = items.get(id()).await.unwrap().unwrap();

    assert_eq!(stored.owner(), Some(&tests::owner("usr_1")));
    let claim = items.claim(id(), &tests::owner("usr_2"), at(0)).await;
    assert_eq!(claim.unwrap(), Write::Stale);
    let unread = Schedule::default();
    let theirs = items.put_snapshot(
        owned("usr_2", Provenance::Response),
        snapshot("OTHER", Some(at(11)), at(30)),
        &unread,
    );
    assert_eq!(theirs.await.unwrap(), Write::Stale);
    assert_eq!(put(&items, "SECOND", Some(11), 30).await, Write::Done);
}
