//! Events on the bus, and the handling of entries that the bus refuses.

mod consents;
mod failures;
mod items;
mod republish;
mod samples;
pub(crate) mod testbed;
mod webhooks;

use testbed::Testbed;

const USER: &str = "usr_01J9X";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const OTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000002";
