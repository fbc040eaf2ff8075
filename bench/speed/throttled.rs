//! The functions with the little processor time that Lambda gives functions with little memory.

use std::collections::BTreeMap;

use bench::progress::Progress;
use bench::speed::Figure;
use bench::statistics::{median, milliseconds, percentile, sorted};
use harness::{CpuQuota, QuotaError};

use crate::life::Stage;

const PROCESSES: usize = 5;
const WARM_INVOCATIONS: usize = 20;
/// The memory sizes, with the figures of each: the first invocation, and the p50 and p99 of the warm ones.
const MEMORIES: [(u32, [Figure; 3]); 2] = [
    (
        128,
        [
            Figure::FirstAt128Ms,
            Figure::WarmP50At128Ms,
            Figure::WarmP99At128Ms,
        ],
    ),
    (
        256,
        [
            Figure::FirstAt256Ms,
            Figure::WarmP50At256Ms,
            Figure::WarmP99At256Ms,
        ],
    ),
];

/// The figures of each function.
#[derive(Default)]
pub(crate) struct Throttled(BTreeMap<String, BTreeMap<Figure, f64>>);

impl Throttled {
    pub(crate) fn get(&self, name: &str) -> BTreeMap<Figure, f64> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

/// Measures the functions under quotas. Init runs without a quota, as on Lambda.
pub(crate) async fn measure(
    stage: &Stage<'_>,
    names: &[&str],
    progress: &Progress,
) -> Result<Throttled, QuotaError> {
    let mut throttled = Throttled::default();
    for (megabytes, figures) in MEMORIES {
        for name in names {
            let values = of_function(stage, name, megabytes).await?;
            let of_name = throttled.0.entry((*name).to_owned()).or_default();
            of_name.extend(figures.into_iter().zip(values));
        }
        progress.report(format_args!("as with {megabytes} MB"), 1, 1);
    }
    Ok(throttled)
}

async fn of_function(
    stage: &Stage<'_>,
    name: &str,
    megabytes: u32,
) -> Result<[f64; 3], QuotaError> {
    let (mut firsts, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        // Each process has its own quota, so that it does not use up another one's period.
        let quota = CpuQuota::of_memory(megabytes)?;
        let life = stage.live(name, WARM_INVOCATIONS, Some(&quota)).await;
        firsts.push(life.first);
        warm.extend(life.warm);
    }
    let warm = sorted(warm);
    let times = [median(firsts), percentile(&warm, 50), percentile(&warm, 99)];
    Ok(times.map(milliseconds))
}
