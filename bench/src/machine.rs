//! The machine of a measurement.

use std::fs;

/// Returns the processor's name and the number of processors.
pub fn machine() -> String {
    let processors = std::thread::available_parallelism().unwrap();
    let description = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = description
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unnamed processor", |(_, model)| model);
    format!("{processors} cores of {model}")
}
