//! What each thing that the stack does costs in DynamoDB: which requests, and how many units. docs/cost.md tells it, with the
//! prices; whoever makes something cost more finds out here.

mod engine;
mod events;
mod metered;
mod reads;

use metered::Metered;

const USER: &str = "usr_01J9X";
