//! The resource usage of a process, as Linux counts it.
//!
//! Source: <https://man7.org/linux/man-pages/man5/proc.5.html>

use std::fs;
use std::path::{Path, PathBuf};
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

/// Returns the processor time of this process's current threads of a name.
pub fn thread_cpu(name: &str) -> Duration {
    let is_named = |thread: &Path| {
        let found = fs::read_to_string(thread.join("comm"));
        found.is_ok_and(|found| found.trim_end() == name)
    };
    let threads = threads(std::process::id()).into_iter().flatten();
    threads
        .filter(|thread| is_named(thread))
        .filter_map(|thread| thread_time(&thread))
        .sum()
}

fn cpu(id: u32) -> Option<Duration> {
    let threads = threads(id)?;
    Some(threads.filter_map(|thread| thread_time(&thread)).sum())
}

/// Returns the folders of a process's current threads.
fn threads(id: u32) -> Option<impl Iterator<Item = PathBuf>> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).ok()?;
    Some(threads.filter_map(|thread| Some(thread.ok()?.path())))
}

fn thread_time(thread: &Path) -> Option<Duration> {
    let schedule = fs::read_to_string(thread.join("schedstat")).ok()?;
    let nanoseconds = schedule.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
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
    fn the_time_of_a_thread_counts_under_its_name_alone() {
        let sum = || {
            let sum: u64 = (0..10_000_000_u64).map(std::hint::black_box).sum();
            (sum, thread_cpu("busy"), thread_cpu("idle"))
        };
        let thread = std::thread::Builder::new().name("busy".to_owned());

        let (sum, busy, idle) = thread.spawn(sum).unwrap().join().unwrap();

        assert!(sum > 0);
        assert!(busy > Duration::ZERO);
        assert_eq!(idle, Duration::ZERO);
    }

    #[test]
    fn a_process_that_is_gone_has_used_nothing_that_is_known() {
        assert_eq!(Usage::of_process(u32::MAX), None);
    }
}
