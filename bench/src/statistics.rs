//! Statistics of the measurements.

use std::time::Duration;

/// Returns the percentile of sorted values.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let index = sorted.len() * percent / 100;
    sorted
        .get(index)
        .or(sorted.last())
        .copied()
        .unwrap_or_default()
}

/// Returns the median.
pub fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    percentile(&sorted(times), 50)
}

/// Returns the values in ascending order.
pub fn sorted(times: impl IntoIterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort_unstable();
    times
}

/// Converts a time to milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Converts a number of bytes or of instructions to millions.
#[expect(
    clippy::cast_precision_loss,
    reason = "no figure has fifteen digits that count"
)]
pub fn millions(count: u64) -> f64 {
    count as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_time_in_a_hundred_is_the_last_percentile_and_not_the_median() {
        let times =
            (0..100).map(|number| Duration::from_millis(if number == 50 { 900 } else { 3 }));

        let sorted = sorted(times.clone());

        assert_eq!(percentile(&sorted, 99), Duration::from_millis(900));
        assert_eq!(percentile(&sorted, 98), Duration::from_millis(3));
        assert_eq!(median(times), Duration::from_millis(3));
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
