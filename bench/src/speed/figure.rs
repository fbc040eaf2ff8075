//! The figures of a function's speed.

use serde::{Deserialize, Serialize};

/// A figure of a function's speed. The record uses its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Figure {
    /// The time from spawn to the first request for an event, without TLS.
    InitMs,
    /// That time, relative to the floor's.
    InitOverFloor,
    /// The time from spawn to the first request for an event, with TLS connections opened.
    ConnectedInitMs,
    /// The time of the first invocation, once connected.
    FirstMs,
    /// That time, relative to the median of the warm invocations.
    FirstOverWarm,
    /// The time of init, with TLS connections opened, and of the first invocation.
    StartMs,
    /// That time, in percent of the rival's.
    StartOfRival,
    /// The processor time of init and the first invocation.
    StartCpuMs,
    /// That processor time, in percent of the rival's.
    StartCpuOfRival,
    /// The median time of the warm invocations.
    WarmP50Ms,
    /// The 99th percentile of the warm invocations.
    WarmP99Ms,
    /// The processor time of each warm invocation.
    WarmCpuMs,
    /// The instructions until the first request for an event.
    InitInstructions,
    /// The instructions to open the connections.
    ConnectionInstructions,
    /// The instructions of the first invocation.
    FirstInstructions,
    /// The instructions of each warm invocation.
    WarmInstructions,
    /// The instructions for each record of a batch of ten.
    RecordInstructions,
    /// The peak resident memory.
    PeakMemory,
    /// The size of the binary.
    BinarySize,
    /// The size of the archive that Lambda loads.
    ZipSize,
    /// The time of the first invocation with the processor share of 128 MB.
    FirstAt128Ms,
    /// The median time of the warm invocations with that share.
    WarmP50At128Ms,
    /// The 99th percentile of the warm invocations with that share.
    WarmP99At128Ms,
    /// The time of the first invocation with the processor share of 256 MB.
    FirstAt256Ms,
    /// The median time of the warm invocations with that share.
    WarmP50At256Ms,
    /// The 99th percentile of the warm invocations with that share.
    WarmP99At256Ms,
}

impl Figure {
    /// All figures, in the order of the table.
    pub const ALL: [Self; 26] = [
        Self::InitMs,
        Self::InitOverFloor,
        Self::ConnectedInitMs,
        Self::FirstMs,
        Self::FirstOverWarm,
        Self::StartMs,
        Self::StartOfRival,
        Self::StartCpuMs,
        Self::StartCpuOfRival,
        Self::WarmP50Ms,
        Self::WarmP99Ms,
        Self::WarmCpuMs,
        Self::InitInstructions,
        Self::ConnectionInstructions,
        Self::FirstInstructions,
        Self::WarmInstructions,
        Self::RecordInstructions,
        Self::PeakMemory,
        Self::BinarySize,
        Self::ZipSize,
        Self::FirstAt128Ms,
        Self::WarmP50At128Ms,
        Self::WarmP99At128Ms,
        Self::FirstAt256Ms,
        Self::WarmP50At256Ms,
        Self::WarmP99At256Ms,
    ];

    /// Returns the label of the figure's row in the table.
    pub fn label(self) -> &'static str {
        match self {
            Self::InitMs => "init without TLS, ms",
            Self::InitOverFloor => "init without TLS, over the floor's",
            Self::ConnectedInitMs => "init with its TLS connections, ms",
            Self::FirstMs => "first invocation once connected, ms",
            Self::FirstOverWarm => "first invocation, over warm p50",
            Self::StartMs => "init with TLS and first invocation, ms",
            Self::StartOfRival => "the same, % of the rival's",
            Self::StartCpuMs => "the same, CPU ms",
            Self::StartCpuOfRival => "the same, % of the rival's CPU",
            Self::WarmP50Ms => "warm p50, ms",
            Self::WarmP99Ms => "warm p99, ms",
            Self::WarmCpuMs => "warm, CPU ms",
            Self::InitInstructions => "init without TLS, M instructions",
            Self::ConnectionInstructions => "TLS connections, M instructions",
            Self::FirstInstructions => "first invocation, M instructions",
            Self::WarmInstructions => "warm, M instructions",
            Self::RecordInstructions => "a record in a batch of ten, M instructions",
            Self::PeakMemory => "peak memory, MB",
            Self::BinarySize => "binary, MB",
            Self::ZipSize => "zip, MB",
            Self::FirstAt128Ms => "first at 128 MB, ms",
            Self::WarmP50At128Ms => "warm p50 at 128 MB, ms",
            Self::WarmP99At128Ms => "warm p99 at 128 MB, ms",
            Self::FirstAt256Ms => "first at 256 MB, ms",
            Self::WarmP50At256Ms => "warm p50 at 256 MB, ms",
            Self::WarmP99At256Ms => "warm p99 at 256 MB, ms",
        }
    }
}
