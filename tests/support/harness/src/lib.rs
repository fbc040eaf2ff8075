//! A test harness that runs the built functions as Lambda does, and injects network faults around them.
//!
//! A [`Function`] is a real bootstrap behind a fake of the Lambda Runtime API. A test can kill and freeze it. A
//! [`FaultProxy`] is between a function and a service that it calls. The harness does not judge what a function
//! does.

mod answer;
mod aws_json;
mod bootstraps;
mod broken_tls;
mod callgrind;
mod capacity;
mod capacity_meter;
mod cpu_quota;
mod dialect;
mod error;
mod event_bus;
mod fault;
mod fault_proxy;
mod fleet;
mod function;
mod lines;
mod lock;
mod process;
mod queue;
mod queue_mapping;
mod runtime_api;
mod secrets_manager;
mod server;
mod settings;
mod shards;
mod stream_mapping;
mod test_authority;
mod tls_front;
mod upstream;
mod usage;

pub use answer::{Answer, Outcome};
pub use bootstraps::{Bootstraps, node_bootstrap};
pub use broken_tls::BrokenTls;
pub use callgrind::{Callgrind, CallgrindError, Life, Profile, ProfileError};
pub use capacity::Units;
pub use capacity_meter::{CapacityMeter, Consumption};
pub use cpu_quota::{CpuQuota, QuotaError};
pub use dialect::Dialect;
pub use error::StartError;
pub use event_bus::{EventBus, Published, Refusal};
pub use fault::{Fault, Plan};
pub use fault_proxy::{Exchange, FaultProxy, Severance};
pub use fleet::Fleet;
pub use function::Function;
pub use queue::{Message, Queue};
pub use queue_mapping::{Drained, QueueMapping};
pub use runtime_api::{Reply, RuntimeApi};
pub use secrets_manager::SecretsManager;
pub use settings::FunctionSettings;
pub use shards::Shards;
pub use stream_mapping::{Fed, StreamMapping};
pub use test_authority::TestAuthority;
pub use tls_front::{Observed, TlsFront};
pub use usage::{Usage, thread_cpu};
