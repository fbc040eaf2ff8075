//! What every function shares: Pluggy's types and client, the tables, and the decisions about a
//! connection.
//!
//! The dependency rules are few. [`pluggy`]'s wire types know serde alone, [`connection`] is pure,
//! only [`store`] names table attributes, only [`mod@env`] reads the environment, and time is always
//! passed in.

pub mod aws;
pub mod caller;
pub mod clock;
pub mod connection;
pub mod delivery;
pub mod env;
pub mod fields;
pub mod health;
pub mod hexadecimal;
pub mod https;
pub mod metrics;
pub mod pluggy;
pub mod problem;
pub mod request_sanitizer;
pub mod secret;
pub mod store;
pub mod telemetry;
