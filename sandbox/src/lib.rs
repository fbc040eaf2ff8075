//! A local fake of Pluggy, and of the identity provider of the app's users.
//!
//! It implements Pluggy's documentation with its own types, and shares nothing with the code under test. It keeps
//! everything in memory and never connects to other machines.

mod account;
mod app;
mod body;
mod caller;
mod catalog;
mod clock;
mod connection;
mod connector;
mod consent;
mod control;
mod courier;
mod database;
mod delivery;
mod endpoint;
mod error;
mod event;
mod failure;
mod fault;
mod findings;
mod input;
mod item;
mod item_options;
mod ledger;
mod money;
mod odd;
mod pages;
mod poster;
mod product;
mod query;
mod rate_limit;
mod routes;
mod running;
mod script;
mod seed;
mod server;
mod settings;
mod signing_key;
mod step;
mod transaction;
mod transaction_query;
mod user;
mod webhook;

pub use clock::Moment;
pub use connector::HealthStatus;
pub use database::{RequestRecord, Switches};
pub use delivery::{Delivery, Outcome};
pub use fault::{Effect, Fault};
pub use running::{Running, StartError, start};
pub use settings::Settings;
