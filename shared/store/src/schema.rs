//! Names of keys and indexes, as template.yaml declares them.

/// Partition key of every table.
pub const PARTITION_KEY: &str = "pk";
/// Sort key of `EventTable`.
pub const SORT_KEY: &str = "sk";
/// The TTL attribute of every table, in epoch seconds. In `ItemTable` only a tombstone has it.
pub const EXPIRES_AT: &str = "expiresAt";

/// Index of `ItemTable`: a user's items, newest last.
pub const BY_OWNER: &str = "byOwner";
/// Partition key of [`BY_OWNER`].
pub const OWNER: &str = "owner";
/// Who named the owner: `import`, `event` or `response`.
pub const OWNER_PROVENANCE: &str = "ownerProvenance";
/// Sort key of [`BY_OWNER`]: `<createdAt in epoch milliseconds, 15 digits>#<item id>`.
pub const CREATED_AT_ITEM_ID: &str = "createdAtItemId";

/// Index of `ItemTable`: items by the time of their next fetch.
pub const BY_NEXT_FETCH: &str = "byNextFetch";
/// Partition key of [`BY_NEXT_FETCH`]: `00` to `63`, computed from the id, so that no single partition bounds the
/// schedule.
pub const FETCH_SHARD: &str = "fetchShard";
/// Sort key of [`BY_NEXT_FETCH`], in epoch milliseconds.
pub const NEXT_FETCH_AT: &str = "nextFetchAt";

/// Prefix of an item's partition key. The stream filter of `item-sync` selects by it.
pub const ITEM_PREFIX: &str = "ITEM#";
/// Prefix of a connector's partition key. The stream filter of `item-sync` selects by it.
pub const CONNECTOR_PREFIX: &str = "CONNECTOR#";

/// Prefix of a user's partition key in `LimitTable`. A digest of the user's id follows.
pub const USER_PREFIX: &str = "USER#";

/// Prefix of the partition keys of markers in `LimitTable`. The digest of an erased user or the id of an erased item
/// follows.
pub const ERASED_PREFIX: &str = "ERASED#";
/// Key of the row in `LimitTable` that exists while any marker may.
pub const ERASURES_KEY: &str = "ERASURES";
/// Prefix of the partition keys of the progress of erasures in `LimitTable`. The digest of the user follows.
pub const ERASURE_PREFIX: &str = "ERASURE#";

/// Key of the row in `LimitTable` with the pace of the fleet's calls to Pluggy.
pub const PACE_KEY: &str = "PACE";

/// Version of the rows that this release writes. A reader accepts every version: an unknown attribute is ignored, and
/// one that the other version does not write is absent. A release can therefore be rolled back. Only the
/// attributes that every row needs are required: its key, its time of creation, and its kind.
pub const VERSION: u32 = 1;
/// The attribute with a row's version. A row without it has version 1.
pub const SCHEMA: &str = "schema";
