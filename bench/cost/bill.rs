//! The cost of the counted operations.

use serde::Serialize;

use crate::counted::{Counted, Waits, Work};
use crate::lambda_lines;
use crate::prices::{Memory, Prices};

/// The cost of a million operations, in dollars.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bill {
    pub(crate) dynamodb: f64,
    pub(crate) lambda_requests: f64,
    pub(crate) lambda_time: f64,
    pub(crate) logs: f64,
    pub(crate) http_api: f64,
    pub(crate) event_bridge: f64,
}

impl Bill {
    /// Returns the cost of operations whose functions have this memory.
    pub(crate) fn of(counted: &Counted, prices: &Prices, memory: fn(&str) -> Memory) -> Self {
        // A million operations with a price per million cost as much as one of each.
        let each = |amount: usize| amount as f64 / counted.things as f64;
        let units = counted.units();
        let log_bytes = counted.log_bytes()
            + counted.lambda_log_bytes()
            + counted.api_requests * lambda_lines::of_api_request();
        let gigabyte_ms = counted.functions.iter().map(|(name, work)| {
            let memory = memory(name);
            billed_ms(work, prices, memory) * memory.gigabytes()
        });
        let gigabyte_seconds = gigabyte_ms.sum::<f64>() / 1000.0 / counted.things as f64;
        Self {
            dynamodb: each(units.all_writes()) * prices.dynamodb.million_write_units
                + units.reads() / counted.things as f64 * prices.dynamodb.million_read_units,
            lambda_requests: each(counted.invocations()) * prices.lambda.million_requests,
            lambda_time: gigabyte_seconds * prices.lambda.gigabyte_second * 1_000_000.0,
            // A million bytes are a thousandth of a gigabyte.
            logs: each(log_bytes) / 1000.0 * prices.logs.gigabyte,
            http_api: each(counted.api_requests) * prices.http_api.million_requests,
            event_bridge: each(counted.bus_events) * prices.event_bridge.million_events,
        }
    }

    pub(crate) fn total(self) -> f64 {
        self.dynamodb
            + self.lambda_requests
            + self.lambda_time
            + self.logs
            + self.http_api
            + self.event_bridge
    }
}

/// Returns the billed milliseconds of one operation in the template's memory.
pub(crate) fn billed_ms_of_one(counted: &Counted, prices: &Prices) -> f64 {
    let functions = counted.functions.iter();
    let all = functions.map(|(name, work)| billed_ms(work, prices, Memory::of_template(name)));
    all.sum::<f64>() / counted.things as f64
}

/// Returns the billed milliseconds of a function: processor time at the memory's share, and waiting time. Each
/// invocation adds half a millisecond, the average of rounding up.
fn billed_ms(work: &Work, prices: &Prices, memory: Memory) -> f64 {
    let working = work.cpu.as_secs_f64() * 1000.0 / memory.processor();
    let rounding = work.invocations as f64 / 2.0;
    working + waiting_ms(work.waits, prices) + rounding
}

fn waiting_ms(waits: Waits, prices: &Prices) -> f64 {
    waits.dynamodb as f64 * prices.waiting_ms.dynamodb
        + waits.event_bridge as f64 * prices.waiting_ms.event_bridge
        + waits.pluggy as f64 * prices.waiting_ms.pluggy
}
