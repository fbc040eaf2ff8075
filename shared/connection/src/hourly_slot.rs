//! Hourly slots: times at which an item is fetched when only the maximum interval applies.

use jiff::{SignedDuration, Timestamp};

use pluggy::ItemId;

/// Interval between the slots of an item.
pub(super) const SLOT_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// Returns the item's last slot before or at `limit`. Fetches between two slots schedule the same time, so
/// the row keeps its place in the schedule's index. Each item has its own minute and second, so the fetches
/// spread over the hour.
pub(super) fn in_hourly_slot(limit: Timestamp, id: ItemId) -> Timestamp {
    let interval = SLOT_INTERVAL.as_secs();
    let seconds = limit.as_second();
    let own =
        i64::try_from(id.as_number() % u128::from(interval.unsigned_abs())).unwrap_or_default();
    Timestamp::from_second(seconds - (seconds - own).rem_euclid(interval)).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOON: &str = "2026-11-23T12:00:00Z";

    fn any_id() -> ItemId {
        Uuid::new_v4().to_string().parse().unwrap()
    }

    #[test]
    fn a_moment_is_less_than_an_hour_before_the_limit_and_never_after_it() {
        let noon: Timestamp = NOON.parse().unwrap();
        for number in 0..10_000 {
            let limit = noon + SignedDuration::from_millis(number * 997);

            let before = in_hourly_slot(limit, any_id()).duration_until(limit);

            assert!(
                !before.is_negative() && before < SLOT_INTERVAL,
                "{before} before {limit}"
            );
        }
    }

    #[test]
    fn limits_between_two_moments_lead_to_the_first_of_them() {
        let (id, noon) = (any_id(), NOON.parse().unwrap());
        let first = in_hourly_slot(noon, id);
        let second = first + SLOT_INTERVAL;

        for (limit, moment) in [
            (noon, first),
            (second - SignedDuration::from_millis(1), first),
            (second, second),
            (second + SignedDuration::from_mins(59), second),
        ] {
            assert_eq!(in_hourly_slot(limit, id), moment, "{limit}");
        }
    }

    #[test]
    fn items_with_the_same_limit_are_spread_evenly_over_the_hour() {
        const ITEMS: u32 = 36_000;
        let noon = NOON.parse().unwrap();
        let mut in_minute = [0; 60];

        for _ in 0..ITEMS {
            let moment = in_hourly_slot(noon, any_id()).as_second();
            in_minute[usize::try_from(moment / 60 % 60).unwrap()] += 1;
        }

        // With 600 expected per minute, the standard deviation of random ids is 24. A deviation of 200 is not
        // chance.
        assert!(
            in_minute.iter().all(|items| (400..800).contains(items)),
            "{in_minute:?}"
        );
    }
}
