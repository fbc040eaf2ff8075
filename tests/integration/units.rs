//! The DynamoDB cost of each operation of the stack: its requests, and the number of units. docs/operations/cost.md lists them
//! with the prices. A change that increases a cost fails here.

mod engine;
mod events;
mod metered;
mod reads;

use metered::Metered;

const USER: &str = "usr_01J9X";
