//! The processor share that Lambda gives a function with little memory.
//!
//! Lambda gives a whole virtual processor at 1,769 MB and proportionally less below, but only after init has ended. The
//! length of its scheduling periods is not documented; here it is 20 ms. With longer periods, more invocations end
//! before they use up their share.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>,
//! <https://docs.kernel.org/scheduler/sched-bwc.html>, <https://docs.kernel.org/admin-guide/cgroup-v2.html>

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

/// The memory at which a function has one whole virtual processor.
const MEGABYTES_OF_ONE_PROCESSOR: u32 = 1_769;
const PERIOD: Duration = Duration::from_millis(20);
/// The folders of Linux's control groups for processor time: version 1 as it is often mounted, then version 2.
const HIERARCHIES: [&str; 4] = [
    "/sys/fs/cgroup/cpu",
    "/sys/fs/cgroup/cpu,cpuacct",
    "/sys/fs/cgroup/unified",
    "/sys/fs/cgroup",
];

/// A quota of processor time for the processes under it. They must end before it is dropped.
#[derive(Debug)]
pub struct CpuQuota {
    group: PathBuf,
}

/// This process may not set a quota on this machine.
#[derive(Debug, thiserror::Error)]
#[error("no group of processes with a quota can be made here: {0}")]
pub struct QuotaError(#[source] io::Error);

impl CpuQuota {
    /// Returns the share of a function with this much memory.
    pub fn of_memory(megabytes: u32) -> Result<Self, QuotaError> {
        Self::within(&HIERARCHIES.map(Path::new), share(megabytes))
    }

    /// Returns a quota in the first of these hierarchies that allows it.
    fn within(hierarchies: &[&Path], share: Duration) -> Result<Self, QuotaError> {
        let mut refusal = io::Error::from(io::ErrorKind::NotFound);
        for hierarchy in hierarchies.iter().filter(|hierarchy| hierarchy.is_dir()) {
            let group = hierarchy.join(format!("lambda-{}", Uuid::new_v4()));
            match fs::create_dir(&group) {
                Ok(()) => {
                    let quota = Self { group };
                    match quota.limit(share) {
                        Ok(()) => return Ok(quota),
                        Err(error) => refusal = error,
                    }
                }
                Err(error) => refusal = error,
            }
        }
        Err(QuotaError(refusal))
    }

    /// Puts a process under the quota.
    pub(crate) fn admit(&self, process: u32) -> io::Result<()> {
        self.write("cgroup.procs", process)
    }

    fn limit(&self, share: Duration) -> io::Result<()> {
        let (share, period) = (share.as_micros(), PERIOD.as_micros());
        if self.group.join("cpu.max").exists() {
            return self.write("cpu.max", format_args!("{share} {period}"));
        }
        self.write("cpu.cfs_period_us", period)?;
        self.write("cpu.cfs_quota_us", share)
    }

    /// Writes to an existing file. A missing file means that this is not a control group.
    fn write(&self, file: &str, value: impl std::fmt::Display) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.group.join(file));
        file?.write_all(value.to_string().as_bytes())
    }
}

impl Drop for CpuQuota {
    fn drop(&mut self) {
        // A group with processes cannot be removed. It is harmless once they have ended.
        let _ = fs::remove_dir(&self.group);
    }
}

/// Returns the part of each period that a function with this much memory may use.
fn share(megabytes: u32) -> Duration {
    (PERIOD * megabytes / MEGABYTES_OF_ONE_PROCESSOR).min(PERIOD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_a_processor_follows_the_memory() {
        for (megabytes, microseconds) in
            [(128, 1_447), (256, 2_894), (1_769, 20_000), (3_008, 20_000)]
        {
            assert_eq!(share(megabytes).as_micros(), microseconds, "{megabytes} MB");
        }
    }

    #[test]
    fn a_folder_that_is_no_hierarchy_is_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");

        let refused = CpuQuota::within(&[&missing, folder.path()], share(128));

        assert!(refused.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
