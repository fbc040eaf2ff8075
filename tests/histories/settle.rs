//! The end of a history: Pluggy answers truthfully, what is due is done, and then the row must be
//! what is true at Pluggy.

use jiff::SignedDuration;
use pluggy::ClientUserId;

use crate::checks::{as_stored, ensure, is_tombstone, skew};
use crate::invocation::names_a_user;
use crate::step::{Late, Names};
use crate::told::Told;
use crate::world::{Answer, LANES, USER};

/// scheduler asks again for a check that did not move on after this long.
const REPEAT: SignedDuration = SignedDuration::from_mins(15);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// What is due within a day is done within that day; a 404 needs an hour more, a dropped answer
/// some minutes.
const LIMIT: SignedDuration = SignedDuration::from_hours(26);
/// How many records one batch has.
const BATCH: usize = 10;

/// Does what is due until nothing but the next day's look is left.
pub(crate) async fn settle(told: &mut Told<'_>, late: Late) -> Result<(), String> {
    told.kill_all();
    if late == Late::Delivered {
        for event in 0..told.sent.len() {
            if !told.sent[event].is_acknowledged {
                told.deliver(event, None).await;
            }
        }
    }
    feed(told).await?;
    let is_alive = told.stand.pluggy.world().deleted_at.is_none();
    if is_alive && told.was_tombstoned {
        // Every proof of its end was Pluggy's own; the next event brings it back.
        told.wait(skew(told) + MINUTE).await;
        told.send("item/updated");
        told.deliver(told.sent.len() - 1, None).await;
        feed(told).await?;
    }
    let limit = told.now() + LIMIT + skew(told);
    let mut is_looked_at_again = false;
    while !(is_settled(told) && is_looked_at_again) {
        let Some(row) = &told.row else {
            break;
        };
        let Some(next_fetch_at) = row.schedule.next_fetch_at else {
            break;
        };
        is_looked_at_again = is_settled(told);
        ensure(
            told.now() < limit || is_looked_at_again,
            "the row is right within a day",
        )?;
        let until = next_fetch_at.duration_since(told.at(told.clocks.door));
        told.wait(until.max(SignedDuration::ZERO)).await;
        if told.tick(None).await == Some(0) {
            told.wait(REPEAT).await;
        }
        feed(told).await?;
    }
    is_true(told)
}

/// Handles what was not, by either lane in turn.
async fn feed(told: &mut Told<'_>) -> Result<(), String> {
    for (batch, records) in told.unhandled().chunks(BATCH).enumerate() {
        told.sync(batch % LANES, records.to_vec(), Answer::Truth, None)
            .await?;
    }
    Ok(())
}

/// Whether the row is right, and has no doubt left.
fn is_settled(told: &Told<'_>) -> bool {
    let Some(row) = &told.row else {
        return true;
    };
    let schedule = &row.schedule;
    let is_calm = schedule.fetch_failures == 0
        && schedule.confirming_fetches == 0
        && schedule.missing_since.is_none();
    is_calm && is_true(told).is_ok()
}

/// Whether the row is what Pluggy's truth makes of it.
fn is_true(told: &Told<'_>) -> Result<(), String> {
    let world = told.stand.pluggy.world();
    let Some(truth) = world.truth() else {
        let is_gone = told.row.is_none() || is_tombstone(told.row.as_ref());
        return ensure(is_gone, "what is deleted at Pluggy is gone");
    };
    let Some(row) = &told.row else {
        let engine = &told.stand.engine;
        let is_known =
            (0..engine.stream_len()).any(|record| engine.image(record)["origin"]["S"] == "webhook");
        return ensure(!is_known, "what Pluggy speaks of has a row");
    };
    let has_truth = row
        .snapshot
        .as_ref()
        .is_some_and(|snapshot| *snapshot.item == as_stored(truth));
    ensure(has_truth, "the row is what is true")?;
    ensure(
        row.created_at == crate::world::World::created_at(),
        "the row was made when the item was",
    )?;
    let owner = row.owner.as_ref().map(ClientUserId::as_str);
    let engine = &told.stand.engine;
    let is_named = (0..engine.stream_len()).any(|record| names_a_user(&engine.image(record)));
    let is_right = match told.names {
        Names::Answers => owner == Some(USER),
        Names::EventsAlone if is_named => owner == Some(USER),
        Names::EventsOfTwoUsers if is_named => owner.is_some(),
        _ => owner.is_none(),
    };
    ensure(is_right, "the row belongs to whom Pluggy named first")
}
