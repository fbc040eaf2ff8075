//! What is told on the bus, and what becomes of it when the bus refuses.

mod failures;
mod items;
mod republish;
mod samples;
mod stand;
mod webhooks;

use stand::Stand;

const USER: &str = "usr_01J9X";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000002";
