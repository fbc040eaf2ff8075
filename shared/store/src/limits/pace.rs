//! Pace of the fleet: how many calls a minute all functions may make to Pluggy after it has limited our address.
//!
//! The row `PACE` of `LimitTable` is absent until Pluggy answers 429. Then nothing is called until the time that Pluggy
//! names. From there on the calls of each minute are counted in the row. Their maximum grows until the row no longer
//! matters and expires.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::{SignedDuration, Timestamp};

use super::Limits;
use crate::Error;
use crate::attributes::{Reader, Row, number, required, text, time};
use crate::error::unavailable;
use crate::items::logged;
use crate::schema::{EXPIRES_AT, PACE_KEY, PARTITION_KEY, SCHEMA, VERSION};
use crate::update::{Update, Write};

/// Calls in the first minute after a pause. Pluggy's limits for this endpoint are unpublished; its siblings have 360.
const FIRST_CALLS: u32 = 180;
/// Growth of the maximum: it doubles after this many minutes.
const DOUBLING_MINUTES: u32 = 5;
/// Number of doublings after which the pace is no longer limited: above 11,520 calls a minute.
const DOUBLINGS: u32 = 6;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Until when nothing is called.
const PAUSED_UNTIL: &str = "pausedUntil";
/// The minute whose calls are counted, since the epoch.
const COUNTED_MINUTE: &str = "countedMinute";
/// The calls of this minute.
const CALLS: &str = "calls";

/// The pace after Pluggy has limited our address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Until when nothing is called.
    pub paused_until: Timestamp,
    minute: u32,
    calls: u32,
}

impl Pace {
    /// Returns the number of calls that the fleet may make in the minute of `now`: none during the pause, and `None`
    /// when it is no longer limited.
    pub fn calls_a_minute(&self, now: Timestamp) -> Option<u32> {
        if now < self.paused_until {
            return Some(0);
        }
        let minutes = now.duration_since(self.paused_until).as_mins();
        let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
        let (doublings, rest) = (minutes / DOUBLING_MINUTES, minutes % DOUBLING_MINUTES);
        (doublings < DOUBLINGS).then(|| {
            let doubled = FIRST_CALLS << doublings;
            doubled + doubled * rest / DOUBLING_MINUTES
        })
    }

    /// Decodes the row. One that cannot be read limits nothing: it must not hold up every batch of the fleet.
    pub(crate) fn from_row(row: &Row) -> Option<Self> {
        if row.is_empty() {
            return None;
        }
        let reader = Reader(row);
        let pace = || -> Result<Self, Error> {
            Ok(Self {
                paused_until: required(PAUSED_UNTIL, reader.time(PAUSED_UNTIL)?)?,
                minute: reader.count(COUNTED_MINUTE)?,
                calls: reader.count(CALLS)?,
            })
        };
        logged(pace())
    }

    /// Returns the number of calls that are left in the minute of `now`.
    fn calls_left(&self, now: Timestamp) -> Option<u32> {
        let counted = if self.minute == minute(now) {
            self.calls
        } else {
            0
        };
        Some(self.calls_a_minute(now)?.saturating_sub(counted))
    }
}

impl Limits {
    /// Returns the pace, or `None` if Pluggy has not limited our address lately. The read may lag behind writes.
    pub async fn pace(&self) -> Result<Option<Pace>, Error> {
        let get = self.client.get_item().table_name(&self.table);
        let answer = get
            .key(PARTITION_KEY, text(PACE_KEY))
            .send()
            .await
            .map_err(unavailable("get the pace"))?;
        Ok(answer.item.as_ref().and_then(Pace::from_row))
    }

    /// Pauses all calls until a time that Pluggy has named, unless a later pause is stored.
    pub async fn pause_calls(&self, until: Timestamp) -> Result<Write, Error> {
        let free_after = MINUTE * i32::try_from(DOUBLING_MINUTES * DOUBLINGS).unwrap_or(i32::MAX);
        let expires_at = until.saturating_add(free_after).unwrap_or(until);
        let request = self.pace_row().condition_expression(
            "attribute_not_exists(pausedUntil) OR pausedUntil < :pausedUntil",
        );
        Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set(PAUSED_UNTIL, time(until))
            .set(EXPIRES_AT, number(expires_at.as_second()))
            .send("pause the calls")
            .await
    }

    /// Takes up to `wanted` calls out of the minute of `now`, as `pace` allows. Returns how many were granted. Costs
    /// nothing while the pace does not limit them, or nothing is left; else one write unit, or two.
    pub async fn take_calls(&self, pace: &Pace, wanted: u32, now: Timestamp) -> Result<u32, Error> {
        const ATTEMPTS: usize = 3;
        let mut pace = *pace;
        for _ in 0..ATTEMPTS {
            let granted = match pace.calls_left(now) {
                None => return Ok(wanted),
                Some(left) => left.min(wanted),
            };
            if granted == 0 {
                return Ok(0);
            }
            let row = self
                .count_calls(&pace, granted, now)
                .send_or_row("count calls")
                .await?;
            let Some(row) = row else { return Ok(granted) };
            match Pace::from_row(&row) {
                Some(changed) => pace = changed,
                // The row has expired, or cannot be read.
                None => return Ok(wanted),
            }
        }
        Ok(0)
    }

    /// Counts calls, if the row still is as it was read.
    fn count_calls(&self, pace: &Pace, granted: u32, now: Timestamp) -> Update {
        let counted = if pace.minute == minute(now) {
            pace.calls
        } else {
            0
        };
        let request = self
            .pace_row()
            .condition_expression(
                "pausedUntil = :pausedUntil AND (attribute_not_exists(calls) \
                 OR (calls = :callsBefore AND countedMinute = :minuteBefore))",
            )
            .expression_attribute_values(":pausedUntil", time(pace.paused_until))
            .expression_attribute_values(":callsBefore", number(pace.calls))
            .expression_attribute_values(":minuteBefore", number(pace.minute));
        Update::new(request)
            .set(COUNTED_MINUTE, number(minute(now)))
            .set(CALLS, number(counted + granted))
    }

    fn pace_row(&self) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key(PARTITION_KEY, text(PACE_KEY))
    }
}

/// Returns the minute since the epoch.
fn minute(time: Timestamp) -> u32 {
    u32::try_from(time.as_second() / 60).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_grows_after_the_pause_until_it_no_longer_limits() {
        let paused_until: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let pace = Pace {
            paused_until,
            minute: 0,
            calls: 0,
        };
        for (minutes, expected) in [
            (-1, Some(0)),
            (0, Some(180)),
            (1, Some(216)),
            (5, Some(360)),
            (29, Some(10_368)),
            (30, None),
            (60 * 24 * 365, None),
        ] {
            let now = paused_until + SignedDuration::from_mins(minutes);
            assert_eq!(
                pace.calls_a_minute(now),
                expected,
                "after {minutes} minutes"
            );
        }
    }
}
