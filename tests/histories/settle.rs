//! The end of a history: Pluggy answers truthfully and all due work is done. Then the row must equal the item's true
//! state at Pluggy.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use pluggy::ClientUserId;
use serde_json::Value;
use tests::sample;

use crate::checks::{as_stored, ensure, is_tombstone, skew};
use crate::forger::{is_forged, named_user};
use crate::history::History;
use crate::invocation::names_a_user;
use crate::model::{Answer, LANES, USER};
use crate::step::{Late, Names, Refusals};

/// The scheduler gives a request for the same fetch another id after this time.
pub(crate) const REPEAT: SignedDuration = SignedDuration::from_mins(15);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Due work is done within a day. A 404 needs another hour, and a dropped response some minutes.
const LIMIT: SignedDuration = SignedDuration::from_hours(26);
/// The number of records in one batch.
const BATCH: usize = 10;

/// Does all due work until only the next daily fetch is left.
pub(crate) async fn settle(history: &mut History<'_>, late: Late) -> Result<(), String> {
    history.kill_all();
    if late == Late::Delivered {
        for event in 0..history.sent.len() {
            if !history.sent[event].is_acknowledged {
                history.deliver(event, None).await;
            }
        }
    }
    feed(history).await?;
    let is_alive = history.testbed.pluggy.model().deleted_at.is_none();
    if is_alive && history.was_tombstoned {
        // Pluggy itself gave every proof of the deletion. The next event restores the item.
        history.wait(skew(history) + MINUTE).await;
        history.send("item/updated");
        history.deliver(history.sent.len() - 1, None).await;
        feed(history).await?;
    }
    let limit = history.now() + LIMIT + skew(history);
    let mut is_fetched_again = false;
    while !(is_settled(history) && is_fetched_again) {
        let Some(row) = &history.row else {
            break;
        };
        let Some(next_fetch_at) = row.schedule.next_fetch_at else {
            break;
        };
        is_fetched_again = is_settled(history);
        ensure(
            history.now() < limit || is_fetched_again,
            "the row is right within a day",
        )?;
        let until = next_fetch_at.duration_since(history.at(history.clocks.door));
        history.wait(until.max(SignedDuration::ZERO)).await;
        if history.tick(None).await? == Some(0) {
            history.wait(REPEAT).await;
        }
        feed(history).await?;
    }
    is_true(history)?;
    shows_the_item_to_its_owner(history).await
}

/// Checks that the item's user sees the item, and counts the request.
async fn shows_the_item_to_its_owner(history: &mut History<'_>) -> Result<(), String> {
    let is_alive = history.testbed.pluggy.model().truth().is_some();
    let Some(row) = history.row.as_ref().filter(|_| is_alive) else {
        return Ok(());
    };
    if history.names != Names::Answers {
        return Ok(());
    }
    let request = sample::get_item(USER, &row.item_id.to_string(), &[]);
    let api = &history.testbed.api().item_status;
    let response = item_status::handle(api, request, history.now()).await;
    let is_shown = response.status() == 200;
    history.figures.attack.others += 1;
    history.figures.attack.refused += usize::from(!is_shown);
    ensure(is_shown, "the owner sees the item")
}

/// Handles the unhandled records, alternating between the lanes.
async fn feed(history: &mut History<'_>) -> Result<(), String> {
    for (batch, records) in history.unhandled().chunks(BATCH).enumerate() {
        history
            .sync(
                batch % LANES,
                records.to_vec(),
                Answer::Truth,
                None,
                Refusals::default(),
            )
            .await?;
    }
    Ok(())
}

/// Returns whether the row is correct and no confirming fetch is left.
fn is_settled(history: &History<'_>) -> bool {
    let Some(row) = &history.row else {
        return true;
    };
    let schedule = &row.schedule;
    let is_calm = schedule.fetch_failures == 0
        && schedule.confirming_fetches == 0
        && schedule.missing_since.is_none();
    is_calm && is_true(history).is_ok()
}

/// Checks that the row matches the item's true state at Pluggy.
fn is_true(history: &History<'_>) -> Result<(), String> {
    let model = history.testbed.pluggy.model();
    let Some(truth) = model.truth() else {
        let is_gone = history.row.is_none() || is_tombstone(history.row.as_ref());
        return ensure(is_gone, "an item that is deleted at Pluggy has no live row");
    };
    let engine = &history.testbed.engine;
    let images = (0..engine.stream_len()).map(|record| (record, engine.image(record)));
    let Some(row) = &history.row else {
        // A forged deletion and a wrong 404 are the proof that an item is gone.
        let is_deletion = |image: &Value| is_forged(image) && image["event"]["S"] == "item/deleted";
        if !model.missing.is_empty() && images.clone().any(|(_, image)| is_deletion(&image)) {
            return Ok(());
        }
        let is_known = { images }.any(|(_, image)| image["origin"]["S"] == "webhook");
        return ensure(!is_known, "an item that a webhook event names has a row");
    };
    let has_truth = row
        .snapshot()
        .is_some_and(|snapshot| *snapshot.item == as_stored(truth));
    ensure(has_truth, "the snapshot equals the item's state at Pluggy")?;
    ensure(
        row.created_at == crate::model::Model::created_at(),
        "the row has the item's time of creation",
    )?;
    let owner = row.user().map(ClientUserId::as_str);
    let named = |origin: &str| -> BTreeMap<usize, String> {
        let images = images.clone().filter(|(_, image)| {
            image["origin"]["S"] == origin && (origin != "webhook" || names_a_user(image))
        });
        images
            .filter_map(|(record, image)| Some((record, named_user(&image)?)))
            .collect()
    };
    let (by_events, by_operators) = (named("webhook"), named("import"));
    let is_kept = |users: &BTreeMap<usize, String>| {
        users
            .keys()
            .any(|record| !history.forgotten.contains(record))
    };
    let names_it =
        |users: &BTreeMap<usize, String>, owner: &str| users.values().any(|user| user == owner);
    let is_right = match owner {
        _ if history.names == Names::Answers => owner == Some(USER),
        Some(owner) if is_kept(&by_events) => names_it(&by_events, owner),
        Some(owner) => names_it(&by_events, owner) || names_it(&by_operators, owner),
        None => !is_kept(&by_events) && !is_kept(&by_operators),
    };
    ensure(is_right, "the row belongs to a user of the highest rank")
}
