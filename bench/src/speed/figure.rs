//! The figures of a function's speed.

use serde::{Deserialize, Serialize};

/// A figure of a function's speed; by name in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Figure {
    /// From spawn until it asks for its first event, while nothing that it calls speaks TLS.
    InitMs,
    /// That, over the floor's.
    InitOverFloor,
    /// From spawn until it asks for its first event, its TLS connections opened.
    ConnectedInitMs,
    /// The first invocation, once connected.
    FirstMs,
    /// That, over the median of the warm ones.
    FirstOverWarm,
    /// The median of the warm ones.
    WarmP50Ms,
    /// The slowest in a hundred of them.
    WarmP99Ms,
    /// Processor time of each of them.
    WarmCpuMs,
    /// Until it asks for its first event.
    InitInstructions,
    /// To open its connections.
    ConnectionInstructions,
    /// In the first invocation.
    FirstInstructions,
    /// In each warm one.
    WarmInstructions,
    /// For each record of a batch of ten.
    RecordInstructions,
    /// The most memory that was resident at once.
    PeakMemory,
    /// Of the binary.
    BinarySize,
    /// Of what Lambda loads.
    ZipSize,
    /// The first invocation with the processor share of 128 MB.
    FirstAt128Ms,
    /// The median of the warm ones, likewise.
    WarmP50At128Ms,
    /// The slowest in a hundred of them.
    WarmP99At128Ms,
    /// The first invocation with the processor share of 256 MB.
    FirstAt256Ms,
    /// The median of the warm ones, likewise.
    WarmP50At256Ms,
    /// The slowest in a hundred of them.
    WarmP99At256Ms,
}

impl Figure {
    /// In the order of the table.
    pub const ALL: [Self; 22] = [
        Self::InitMs,
        Self::InitOverFloor,
        Self::ConnectedInitMs,
        Self::FirstMs,
        Self::FirstOverWarm,
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

    /// Its row of the table.
    pub fn label(self) -> &'static str {
        match self {
            Self::InitMs => "init without TLS, ms",
            Self::InitOverFloor => "init without TLS, over the floor's",
            Self::ConnectedInitMs => "init with its TLS connections, ms",
            Self::FirstMs => "first invocation once connected, ms",
            Self::FirstOverWarm => "first invocation, over warm p50",
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
