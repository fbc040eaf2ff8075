//! The figures computed from the measured processes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use bench::package_size::PackageSize;
use bench::speed::Figure;
use bench::statistics::{median, millions, milliseconds, percentile, sorted};

use crate::life::Life;
use crate::rounds::Pairs;

type Figures = BTreeMap<Figure, f64>;

/// The figures of a start that are compared with the rival's, each with the figure of the comparison.
const OF_RIVAL: [(Figure, Figure); 2] = [
    (Figure::StartMs, Figure::StartOfRival),
    (Figure::StartCpuMs, Figure::StartCpuOfRival),
];

/// Returns the floor's figures. The floor has no connections, so all of its inits are alike.
pub(crate) fn of_floor(pairs: &[Pairs]) -> Figures {
    let lives: Vec<&Life> = pairs.iter().flat_map(|pairs| &pairs.floor).collect();
    let mut figures = of_lives(&lives);
    let init = median(lives.iter().map(|life| life.init));
    figures.insert(Figure::InitMs, milliseconds(init));
    figures
}

pub(crate) fn of_function(pairs: &Pairs) -> Figures {
    let lives: Vec<&Life> = pairs.function.iter().collect();
    let mut figures = of_lives(&lives);
    let init = median(pairs.in_the_clear.iter().copied());
    let floor = median(pairs.floor.iter().map(|life| life.init));
    let connected = median(lives.iter().map(|life| life.init));
    figures.extend([
        (Figure::InitMs, milliseconds(init)),
        (Figure::InitOverFloor, over(init, floor)),
        (Figure::ConnectedInitMs, milliseconds(connected)),
    ]);
    figures
}

/// Returns a function's start as a part of the rival's, in percent.
pub(crate) fn of_rival(function: &Figures, rival: &Figures) -> Figures {
    let part = |(figure, comparison): (Figure, Figure)| {
        let part = function.get(&figure)? / rival.get(&figure)?;
        Some((comparison, 100.0 * part))
    };
    OF_RIVAL.into_iter().filter_map(part).collect()
}

pub(crate) fn of_file(file: &Path) -> Figures {
    let size = PackageSize::of_file(file);
    Figures::from([
        (Figure::BinarySize, millions(size.binary)),
        (Figure::ZipSize, millions(size.zip)),
    ])
}

/// Rounds a value to four decimals, which are all that is meaningful. The record then reads back the same value.
pub(crate) fn rounded(value: f64) -> f64 {
    const DIGITS: f64 = 10_000.0;
    (value * DIGITS).round() / DIGITS
}

fn of_lives(lives: &[&Life]) -> Figures {
    let warm = sorted(lives.iter().flat_map(|life| life.warm.iter().copied()));
    let first = median(lives.iter().map(|life| life.first));
    let p50 = percentile(&warm, 50);
    let cpu = median(lives.iter().map(|life| life.cpu));
    let start = median(lives.iter().map(|life| life.init + life.first));
    let start_cpu = median(lives.iter().map(|life| life.start_cpu));
    let peak = lives.iter().map(|life| life.peak_memory).max().unwrap_or(0);
    Figures::from([
        (Figure::FirstMs, milliseconds(first)),
        (Figure::StartMs, milliseconds(start)),
        (Figure::StartCpuMs, milliseconds(start_cpu)),
        (Figure::FirstOverWarm, over(first, p50)),
        (Figure::WarmP50Ms, milliseconds(p50)),
        (Figure::WarmP99Ms, milliseconds(percentile(&warm, 99))),
        (Figure::WarmCpuMs, milliseconds(cpu)),
        (Figure::PeakMemory, millions(peak)),
    ])
}

fn over(time: Duration, base: Duration) -> f64 {
    time.as_secs_f64() / base.as_secs_f64()
}
