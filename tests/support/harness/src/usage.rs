//! The resource usage of a process, as Linux counts it.
//!
//! Source: <https://man7.org/linux/man-pages/man5/proc.5.html>

use std::fs;
use std::time::Duration;

/// The resource usage of a process since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Processor time of the current threads, in user space and in the kernel.
    pub cpu: Duration,
    /// The peak resident memory, in bytes.
    pub peak_memory: u64,
}

impl Usage {
    /// Returns the usage of a process of ours; `None` if it has ended.
    pub(crate) fn of_process(id: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        Some(Self {
            cpu: cpu(id)?,
            peak_memory: peak_memory(&status)?,
        })
    }
}

fn cpu(id: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).ok()?;
    let times = threads.filter_map(|thread| {
        let schedule = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        Some(Duration::from_nanos(
            schedule.split(' ').next()?.parse().ok()?,
        ))
    });
    Some(times.sum())
}

fn peak_memory(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_processor_time_and_memory() {
        let before = Usage::of_process(std::process::id()).unwrap();
        let sum: u64 = (0..10_000_000_u64).map(std::hint::black_box).sum();
        let after = Usage::of_process(std::process::id()).unwrap();

        assert!(sum > 0);
        assert!(after.cpu > before.cpu, "{after:?}");
        assert!(after.peak_memory > 1024 * 1024, "{after:?}");
    }

    #[test]
    fn a_process_that_is_gone_has_used_nothing_that_is_known() {
        assert_eq!(Usage::of_process(u32::MAX), None);
    }
}
