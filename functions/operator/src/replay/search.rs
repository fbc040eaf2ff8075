//! Searches of all events for the targets of a replay.

use std::collections::{HashMap, HashSet};

use client::chain;
use jiff::Timestamp;
use pluggy::ClientUserId;
use store::{EventRow, Origin, ScanCursor, ScanPage, Target};
use uuid::Uuid;

use super::{Candidate, Condition};
use crate::App;
use crate::fetch_request::FetchRequest;

/// A search of all events.
pub(super) enum Search {
    /// For events since a time.
    Since(Timestamp),
    /// For events that name this user.
    Naming(ClientUserId),
}

/// Returns the number of event rows. It is only needed to estimate the time left, so a failure is ignored.
pub(crate) async fn row_count(app: &App) -> Option<u64> {
    app.events.row_count().await.unwrap_or_else(|error| {
        tracing::warn!(error = chain(&error), "rows not counted");
        None
    })
}

impl Search {
    pub(super) async fn page(
        &self,
        app: &App,
        now: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<EventRow>, store::Error> {
        match self {
            Self::Since(since) => app.events.since(app.client_id, *since, now, after).await,
            Self::Naming(_) => app.events.naming_users(app.client_id, now, after).await,
        }
    }

    /// Returns the next candidates, at most `max`, and the number of rows that they cover. A target that is in `settled`
    /// is no candidate.
    pub(super) fn wave(
        &self,
        rows: &[EventRow],
        run: Uuid,
        max: usize,
        settled: &HashSet<Target>,
    ) -> (Vec<Candidate>, usize) {
        let mut wave: Vec<Candidate> = Vec::new();
        let mut places: HashMap<Target, usize> = HashMap::new();
        for (length, event) in rows.iter().enumerate() {
            let Some(candidate) = self.candidate(event, run) else {
                continue;
            };
            if settled.contains(&candidate.target) {
                continue;
            }
            if let Some(place) = places.get(&candidate.target) {
                // One event without a condition suffices.
                if let (None, Some(known)) = (&candidate.condition, wave.get_mut(*place)) {
                    known.condition = None;
                }
                continue;
            }
            if wave.len() >= max {
                return (wave, length);
            }
            places.insert(candidate.target, wave.len());
            wave.push(candidate);
        }
        (wave, rows.len())
    }

    /// Returns the target of the event, if the event may justify a fetch.
    fn candidate(&self, event: &EventRow, run: Uuid) -> Option<Candidate> {
        let target = event.target()?;
        let condition = match self {
            Self::Since(_) if FetchRequest::is_of(event, target, run) => return None,
            Self::Since(_) => {
                let is_scheduled = event.origin == Origin::Internal;
                let is_item = matches!(target, Target::Item(_));
                (is_scheduled && is_item).then_some(Condition::IsLost)
            }
            Self::Naming(user) => {
                let owner = event.named_owner()?;
                if owner.user != *user || !matches!(target, Target::Item(_)) {
                    return None;
                }
                Some(Condition::BelongsTo(user.clone()))
            }
        };
        Some(Candidate { target, condition })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::EventKey;

    const RUN: Uuid = Uuid::from_u128(1);

    fn target(number: u128) -> Target {
        Target::Item(Uuid::from_u128(number).to_string().parse().unwrap())
    }

    fn event(number: u128, event_id: &str, origin: Origin) -> EventRow {
        EventRow {
            key: EventKey::of_target(target(number), event_id),
            kind: "item/updated".to_owned().into(),
            received_at: Timestamp::UNIX_EPOCH,
            origin,
            quarantine: None,
            body: None,
            is_truncated: false,
        }
    }

    fn wave(rows: &[EventRow], max: usize, settled: &[Target]) -> (Vec<(Target, bool)>, usize) {
        let settled = settled.iter().copied().collect();
        let search = Search::Since(Timestamp::UNIX_EPOCH);
        let (wave, length) = search.wave(rows, RUN, max, &settled);
        let wave = wave.into_iter();
        let wave = wave.map(|candidate| (candidate.target, candidate.condition.is_none()));
        (wave.collect(), length)
    }

    #[test]
    fn each_target_is_a_candidate_once_and_unconditionally_if_one_of_its_events_is() {
        let rows = [
            event(1, "a", Origin::Internal),
            event(1, "b", Origin::Webhook),
            event(1, "c", Origin::Internal),
            event(2, "a", Origin::Internal),
        ];

        assert_eq!(
            wave(&rows, 10, &[]),
            (vec![(target(1), true), (target(2), false)], 4)
        );
    }

    #[test]
    fn a_wave_ends_before_the_first_target_that_it_has_no_room_for() {
        let rows = [
            event(1, "a", Origin::Webhook),
            event(2, "a", Origin::Webhook),
            event(2, "b", Origin::Webhook),
            event(3, "a", Origin::Webhook),
        ];

        assert_eq!(wave(&rows, 2, &[]).1, 3);
        assert_eq!(wave(&rows[3..], 2, &[]), (vec![(target(3), true)], 1));
        assert_eq!(wave(&rows, 2, &[target(2)]).1, 4);
    }

    #[test]
    fn the_requests_of_the_run_itself_are_no_candidates() {
        let own = event(1, &format!("replay-{RUN}"), Origin::Replay);
        let owners = event(1, &format!("replay-{RUN}-import"), Origin::Import);
        let of_another_run = event(2, &format!("replay-{}", Uuid::nil()), Origin::Replay);

        assert_eq!(
            wave(&[own, owners, of_another_run], 10, &[]),
            (vec![(target(2), true)], 3)
        );
    }
}
