//! The way of each event from its delivery to its item's row.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// An event that was delivered.
#[derive(Clone, Debug)]
pub struct Event {
    /// The item's id.
    pub item: String,
    /// When it was delivered, in epoch milliseconds. A snapshot that was fetched later has it.
    pub received_at: i64,
    /// When its delivery began.
    pub delivered: Instant,
}

/// A snapshot that was written to an item's row.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The item's id.
    pub item: String,
    /// When it was fetched, in epoch milliseconds.
    pub fetched_at: i64,
    /// When it was written.
    pub written: Instant,
}

/// A fetch of an item that Pluggy answered.
#[derive(Clone, Debug)]
pub struct Call {
    /// The item's id.
    pub item: String,
    /// When it began.
    pub began: Instant,
    /// When it ended.
    pub ended: Instant,
}

/// Everything that happened, by the id of the item.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    snapshots: HashMap<String, Vec<Snapshot>>,
    calls: HashMap<String, Vec<Call>>,
    /// When each batch with an event of the item began.
    batches: HashMap<String, Vec<Instant>>,
}

/// The way of an event whose item is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// When a snapshot that has the event was written.
    pub visible: Instant,
    /// From the delivery until then.
    pub to_status: Duration,
    /// From the delivery until the batch began that fetched the item.
    pub before: Duration,
    /// From there until the snapshot was written, without the call to Pluggy.
    pub own: Duration,
}

impl Timeline {
    /// Adds snapshots.
    pub fn add_snapshots(&mut self, snapshots: impl IntoIterator<Item = Snapshot>) {
        for snapshot in snapshots {
            let of_item = self.snapshots.entry(snapshot.item.clone()).or_default();
            of_item.push(snapshot);
        }
    }

    /// Adds calls.
    pub fn add_calls(&mut self, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            self.calls.entry(call.item.clone()).or_default().push(call);
        }
    }

    /// Adds a batch that began at `began` and has an event of this item.
    pub fn add_batch(&mut self, item: &str, began: Instant) {
        self.batches.entry(item.to_owned()).or_default().push(began);
    }

    /// Returns the number of events without a visible item.
    pub fn invisible(&self, events: &[Event]) -> usize {
        let is_invisible = |event: &&Event| self.snapshot(event).is_none();
        events.iter().filter(is_invisible).count()
    }

    /// Returns the way of an event; `None` if its item is not visible.
    pub fn stage(&self, event: &Event) -> Option<Stage> {
        let visible = self.snapshot(event)?.written;
        // The last ones before the write are those that led to it.
        let of_item = self.calls.get(&event.item)?.iter();
        let call = of_item
            .filter(|call| call.ended <= visible)
            .max_by_key(|call| call.ended)?;
        let of_item = self.batches.get(&event.item)?.iter();
        let began = of_item.filter(|began| **began <= call.began).max()?;
        let handled = visible.duration_since(*began);
        Some(Stage {
            visible,
            to_status: visible.saturating_duration_since(event.delivered),
            before: began.saturating_duration_since(event.delivered),
            own: handled.saturating_sub(call.ended.duration_since(call.began)),
        })
    }

    /// Returns the first snapshot that was fetched after the event was delivered.
    fn snapshot(&self, event: &Event) -> Option<&Snapshot> {
        let of_item = self.snapshots.get(&event.item)?.iter();
        of_item
            .filter(|snapshot| snapshot.fetched_at >= event.received_at)
            .min_by_key(|snapshot| snapshot.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "item";

    struct Clock(Instant);

    impl Clock {
        fn at(&self, milliseconds: u64) -> Instant {
            self.0 + Duration::from_millis(milliseconds)
        }

        fn event(&self, milliseconds: u64) -> Event {
            Event {
                item: ITEM.to_owned(),
                received_at: milliseconds.try_into().unwrap(),
                delivered: self.at(milliseconds),
            }
        }

        /// Returns a timeline with a batch, whose call takes 250 ms and whose write takes 2 ms.
        fn fetch(&self, timeline: &mut Timeline, batch: u64, call: u64) {
            timeline.add_batch(ITEM, self.at(batch));
            timeline.add_calls([Call {
                item: ITEM.to_owned(),
                began: self.at(call),
                ended: self.at(call + 250),
            }]);
            timeline.add_snapshots([Snapshot {
                item: ITEM.to_owned(),
                fetched_at: call.try_into().unwrap(),
                written: self.at(call + 252),
            }]);
        }
    }

    #[test]
    fn an_event_waits_for_its_batch_which_then_waits_for_pluggy() {
        let (clock, mut timeline) = (Clock(Instant::now()), Timeline::default());
        clock.fetch(&mut timeline, 40, 43);

        let stage = timeline.stage(&clock.event(10)).unwrap();

        let milliseconds = [stage.to_status, stage.before, stage.own].map(|time| time.as_millis());
        assert_eq!(milliseconds, [285, 30, 5]);
    }

    #[test]
    fn a_snapshot_that_was_fetched_before_the_delivery_does_not_have_the_event() {
        let (clock, mut timeline) = (Clock(Instant::now()), Timeline::default());
        clock.fetch(&mut timeline, 40, 43);
        let late = clock.event(100);
        assert_eq!(timeline.stage(&late), None);
        assert_eq!(timeline.invisible(&[clock.event(10), late.clone()]), 1);

        clock.fetch(&mut timeline, 300, 301);
        clock.fetch(&mut timeline, 600, 601);

        let stage = timeline.stage(&late).unwrap();
        assert_eq!(stage.visible, clock.at(553));
        assert_eq!(timeline.invisible(&[late]), 0);
    }
}
