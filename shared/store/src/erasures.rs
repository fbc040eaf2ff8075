//! Markers of erased users and items in `LimitTable`. While a marker exists, nothing that names the user is stored, and
//! nothing about the user or the item is published.
//!
//! One row, `ERASURES`, exists since the first erasure. Where there is none, a process needs neither the key of the digests
//! nor a read for each user.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::attributes::{Reader, Row, number, text, time};
use super::batch::{batch_get_tables, key};
use super::erasure_key::{ErasureKey, UserHmac, replaced};
use super::error::unavailable;
use super::item_batch::keys;
use super::schema::{ERASED_PREFIX, ERASURES_KEY, EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Update, Write, outcome};
use pluggy::{ClientUserId, ItemId};

/// How long the marker of a user lasts, and that of an item after Pluggy has deleted it. Streams hold images for a day, and
/// `item-sync` retries a record for half a day.
pub const MARKER_RETENTION: SignedDuration = SignedDuration::from_hours(8 * 24);

/// When the user or item was erased.
const ERASED_AT: &str = "erasedAt";
/// A digest of the key in the row `ERASURES`.
const KEY_FINGERPRINT: &str = "keyFingerprint";
/// Keys that DynamoDB accepts in one batch.
const MAX_KEYS: usize = 100;
const READ: &str = "get the markers of erased users";

/// The markers.
#[derive(Clone, Debug)]
pub struct Erasures {
    pub(super) client: Client,
    pub(super) table: String,
    key: Arc<ErasureKey>,
}

/// The erased ones among users and items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// The users.
    pub users: HashSet<ClientUserId>,
    /// The items.
    pub items: HashSet<ItemId>,
}

impl Erasures {
    /// Creates the markers in the table named `table`.
    pub fn new(client: Client, table: String, key: ErasureKey) -> Self {
        Self {
            client,
            table,
            key: Arc::new(key),
        }
    }

    /// Returns the digest of a user.
    pub async fn hmac(&self, user: &ClientUserId) -> Result<UserHmac, Error> {
        if !self.key.is_loaded() {
            let row = self.row(ERASURES_KEY.to_owned()).await?;
            self.load_key(row.as_ref()).await?;
        }
        self.key.hmac(user)
    }

    /// Fetches the key, and compares it with the one of the first erasure.
    async fn load_key(&self, erasures: Option<&Row>) -> Result<(), Error> {
        let fingerprint = erasures.map(|row| Reader(row).text(KEY_FINGERPRINT));
        let fingerprint = fingerprint.transpose()?.flatten();
        self.key.load(fingerprint.as_deref()).await
    }

    /// Returns whether a user is erased. Costs one read, and two where the process needs the key for the first time.
    pub async fn is_erased(&self, user: &ClientUserId, now: Timestamp) -> Result<bool, Error> {
        if !self.may_exist().await? {
            return Ok(false);
        }
        let hmac = self.key.hmac(user)?;
        Ok(self.get(marker_key(&hmac), now).await?.is_some())
    }

    /// Returns the erased ones among users and items. Costs one read until the first erasure, and then one for each of them.
    pub async fn among(
        &self,
        users: impl IntoIterator<Item = &ClientUserId>,
        items: impl IntoIterator<Item = ItemId>,
        now: Timestamp,
    ) -> Result<Erased, Error> {
        let users: HashSet<&ClientUserId> = users.into_iter().collect();
        let items: HashSet<ItemId> = items.into_iter().collect();
        let mut erased = Erased::default();
        if (users.is_empty() && items.is_empty()) || !self.may_exist().await? {
            return Ok(erased);
        }
        let (mut user_keys, mut item_keys) = (HashMap::new(), HashMap::new());
        for user in users {
            user_keys.insert(marker_key(&self.key.hmac(user)?), user.clone());
        }
        item_keys.extend(items.into_iter().map(|id| (item_key(id), id)));
        let wanted: Vec<String> = user_keys.keys().chain(item_keys.keys()).cloned().collect();
        for key in self.live(&wanted, now).await? {
            erased.users.extend(user_keys.remove(&key));
            erased.items.extend(item_keys.remove(&key));
        }
        Ok(erased)
    }

    /// Marks a user as erased from now on. `ERASURES` is written first, so that a process that does not find it yet has
    /// read before the marker was there. Fails if the key is not the one of the first erasure.
    pub async fn mark_user(&self, user: &UserHmac, now: Timestamp) -> Result<(), Error> {
        let fingerprint = self.key.fingerprint()?;
        let condition = format!(
            "attribute_not_exists({KEY_FINGERPRINT}) OR {KEY_FINGERPRINT} = :{KEY_FINGERPRINT}"
        );
        let request = self
            .update(ERASURES_KEY.to_owned())
            .condition_expression(condition);
        let written = Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set(KEY_FINGERPRINT, text(fingerprint))
            .send("store that markers exist")
            .await?;
        if written == Write::Stale {
            return Err(replaced());
        }
        self.mark(marker_key(user), now, Some(retained(now))).await
    }

    /// Marks an item of an erased user, until Pluggy has deleted it.
    pub async fn mark_item(&self, item_id: ItemId, now: Timestamp) -> Result<(), Error> {
        self.mark(item_key(item_id), now, None).await
    }

    /// Lets the marker of an item expire that Pluggy has deleted.
    pub async fn let_item_expire(&self, item_id: ItemId, now: Timestamp) -> Result<(), Error> {
        self.mark(item_key(item_id), now, Some(retained(now))).await
    }

    /// Removes the marker of a user. Those of items stay: no item comes back. Returns whether there was one.
    pub async fn unmark_user(&self, user: &UserHmac) -> Result<bool, Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key(PARTITION_KEY, text(marker_key(user)))
            .condition_expression("attribute_exists(pk)");
        let outcome = outcome(delete.send(), "remove the marker").await?;
        Ok(outcome == Write::Done)
    }

    /// Removes the marker of an item that turned out to be another user's.
    pub async fn unmark_item(&self, item_id: ItemId) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.key(PARTITION_KEY, text(item_key(item_id)));
        outcome(delete.send(), "remove the marker of the item").await?;
        Ok(())
    }

    async fn mark(
        &self,
        key: String,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<(), Error> {
        Update::new(self.update(key))
            .set(SCHEMA, number(VERSION))
            .set_if_absent(ERASED_AT, time(now))
            .set_or_remove(EXPIRES_AT, until.map(|until| number(until.as_second())))
            .send("put the marker")
            .await?;
        Ok(())
    }

    pub(super) fn update(
        &self,
        key: String,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key(PARTITION_KEY, text(key))
    }

    /// Returns whether any marker may exist, and fetches the key if so. A process that has the key makes no request.
    pub async fn may_exist(&self) -> Result<bool, Error> {
        if !self.key.is_loaded() {
            let Some(row) = self.row(ERASURES_KEY.to_owned()).await? else {
                return Ok(false);
            };
            self.load_key(Some(&row)).await?;
        }
        Ok(true)
    }

    /// Returns the row if it has not expired, with a consistent read.
    pub(super) async fn get(&self, key: String, now: Timestamp) -> Result<Option<Row>, Error> {
        Ok(self.row(key).await?.filter(|row| is_live(row, now)))
    }

    /// Returns the row, with a consistent read.
    pub(super) async fn row(&self, key: String) -> Result<Option<Row>, Error> {
        let get = self.client.get_item().table_name(&self.table);
        let get = get.key(PARTITION_KEY, text(key)).consistent_read(true);
        let answer = Box::pin(get.send()).await.map_err(unavailable(READ))?;
        Ok(answer.item)
    }

    /// Returns those of the keys whose rows exist now, with consistent reads.
    async fn live(&self, wanted: &[String], now: Timestamp) -> Result<Vec<String>, Error> {
        let rows = self.batch(wanted).await?;
        let live = rows.iter().filter(|row| is_live(row, now));
        let keys: Result<Vec<_>, Error> = live.map(|row| Reader(row).text(PARTITION_KEY)).collect();
        Ok(keys?.into_iter().flatten().collect())
    }

    async fn batch(&self, wanted: &[String]) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        for chunk in wanted.chunks(MAX_KEYS) {
            let chunk = keys(chunk.iter().cloned().map(key), true)?;
            let request = HashMap::from([(self.table.clone(), chunk)]);
            let mut rows = batch_get_tables(&self.client, request, READ).await?;
            found.extend(rows.remove(&self.table).unwrap_or_default());
        }
        Ok(found)
    }
}

fn retained(now: Timestamp) -> Timestamp {
    now.saturating_add(MARKER_RETENTION).unwrap_or(now)
}

/// Whether a row has not expired. DynamoDB removes an expired row late. One whose expiry cannot be read counts: an erased
/// user must not come back.
fn is_live(row: &Row, now: Timestamp) -> bool {
    let expires_at = Reader(row).number(EXPIRES_AT).ok().flatten();
    expires_at.is_none_or(|at| at > now.as_second())
}

/// Returns the key of a user's marker.
pub(super) fn marker_key(user: &UserHmac) -> String {
    format!("{ERASED_PREFIX}{user}")
}

fn item_key(id: ItemId) -> String {
    format!("{ERASED_PREFIX}{id}")
}
