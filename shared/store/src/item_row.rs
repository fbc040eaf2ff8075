//! Conversion between a [`StoredItem`] and its row: flat attributes, and one document for each nested part.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::attributes::{Reader, Row, document, number, required, text, time};
use super::key::item_key;
use super::schema::{
    CREATED_AT_ITEM_ID, EXPIRES_AT, FETCH_SHARD, NEXT_FETCH_AT, OWNER, OWNER_PROVENANCE,
    PARTITION_KEY,
};
use super::{
    Error, Owner, PendingSignal, Provenance, RowState, Schedule, Snapshot, StoredItem,
    TOMBSTONE_RETENTION, Target, schema,
};
use pluggy::{Connector, ConnectorHealth, Item, ItemId};

pub(super) const CREATED_AT: &str = "createdAt";
const VERSION: &str = "version";
pub(super) const FETCHED_AT: &str = "fetchedAt";
const DELETED_AT: &str = "deletedAt";
pub(super) const ERASED: &str = "erased";
pub(super) const FETCH_FAILURES: &str = "fetchFailures";
pub(super) const MISSING_SINCE: &str = "missingSince";
pub(super) const CONFIRMING_FETCHES: &str = "confirmingFetches";
pub(super) const CUT_FETCHES: &str = "cutFetches";
pub(super) const PENDING_SIGNAL: &str = "pendingSignal";
pub(super) const LAST_ERROR: &str = "lastError";
const STATUS: &str = "status";
const EXECUTION_STATUS: &str = "executionStatus";
const ERROR: &str = "error";
const STATUS_DETAIL: &str = "statusDetail";
pub(super) const USER_ACTION: &str = "userAction";
pub(super) const PARAMETER: &str = "parameter";
const CONNECTOR: &str = "connector";
const PRODUCTS: &str = "products";
const LAST_UPDATED_AT: &str = "lastUpdatedAt";
const NEXT_AUTO_SYNC_AT: &str = "nextAutoSyncAt";
const CONSENT_EXPIRES_AT: &str = "consentExpiresAt";
const HAS_RESOURCES_PENDING_AUTHORIZATION: &str = "hasResourcesPendingAuthorization";

/// The attributes that are nested parts. Each is one JSON document.
pub(super) const DOCUMENTS: [&str; 7] = [
    ERROR,
    STATUS_DETAIL,
    USER_ACTION,
    PARAMETER,
    CONNECTOR,
    PRODUCTS,
    LAST_ERROR,
];

/// Maximum size of a nested part. A longer one is left out and named in [`TRUNCATED`], because a row is
/// limited to 400 KB.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
const TRUNCATED: &str = "truncated";

/// Returns the sort key of the owner's index: ordered by time of creation, and unique.
pub(super) fn created_at_item_id(created_at: Timestamp, item_id: ItemId) -> String {
    format!("{:015}#{item_id}", created_at.as_millisecond().max(0))
}

pub(super) fn to_row(stored: &StoredItem) -> Row {
    let mut row = RowBuilder::new(stored.item_id);
    row.put(CREATED_AT, Some(time(stored.created_at)));
    if let Some(deleted_at) = stored.deleted_at() {
        let expires_at = deleted_at.saturating_add(TOMBSTONE_RETENTION);
        let expires_at = expires_at.unwrap_or(deleted_at).as_second();
        row.put(DELETED_AT, Some(time(deleted_at)));
        row.put(EXPIRES_AT, Some(number(expires_at)));
    }
    row.put(
        ERASED,
        stored.is_erased().then_some(AttributeValue::Bool(true)),
    );
    if let Some(owner) = stored.owner() {
        row.put(OWNER, Some(text(owner.user.as_str())));
        row.put(OWNER_PROVENANCE, Some(text(owner.provenance.as_str())));
        row.put(
            CREATED_AT_ITEM_ID,
            Some(text(created_at_item_id(stored.created_at, stored.item_id))),
        );
    }
    if let Some(next_fetch_at) = stored.schedule.next_fetch_at {
        row.put(
            FETCH_SHARD,
            Some(text(Target::Item(stored.item_id).fetch_shard())),
        );
        row.put(NEXT_FETCH_AT, Some(time(next_fetch_at)));
    }
    row.put(
        FETCH_FAILURES,
        (stored.schedule.fetch_failures > 0).then(|| number(stored.schedule.fetch_failures)),
    );
    row.put(MISSING_SINCE, stored.schedule.missing_since.map(time));
    row.put(
        PENDING_SIGNAL,
        stored
            .schedule
            .pending_signal
            .map(|pending_signal| text(pending_signal.as_str())),
    );
    row.put(
        LAST_ERROR,
        stored.schedule.last_error.as_ref().and_then(document),
    );
    row.put(
        CONFIRMING_FETCHES,
        (stored.schedule.confirming_fetches > 0)
            .then(|| number(stored.schedule.confirming_fetches)),
    );
    row.put(
        CUT_FETCHES,
        (stored.schedule.cut_fetches > 0).then(|| number(stored.schedule.cut_fetches)),
    );
    if let Some(snapshot) = stored.snapshot() {
        row.put(FETCHED_AT, Some(time(snapshot.fetched_at)));
        row.put(VERSION, snapshot.version().map(time));
        put_item(&mut row, &snapshot.item);
    }
    row.finish()
}

fn put_item(row: &mut RowBuilder, item: &Item) {
    row.put(STATUS, Some(text(item.status.as_str())));
    row.put(EXECUTION_STATUS, Some(text(item.execution_status.as_str())));
    row.put_document(ERROR, item.error.as_ref().and_then(document));
    row.put_document(
        STATUS_DETAIL,
        item.status_detail.as_ref().and_then(document),
    );
    row.put_document(USER_ACTION, item.user_action.as_ref().and_then(document));
    row.put_document(PARAMETER, item.parameter.as_ref().and_then(document));
    row.put_document(
        CONNECTOR,
        item.connector
            .as_ref()
            .map(summary)
            .as_ref()
            .and_then(document),
    );
    row.put_document(PRODUCTS, item.products.as_ref().and_then(document));
    row.put(LAST_UPDATED_AT, item.last_updated_at.map(time));
    row.put(NEXT_AUTO_SYNC_AT, item.next_auto_sync_at.map(time));
    row.put(CONSENT_EXPIRES_AT, item.consent_expires_at.map(time));
    row.put(
        HAS_RESOURCES_PENDING_AUTHORIZATION,
        item.has_resources_pending_authorization
            .map(AttributeValue::Bool),
    );
}

/// Returns the displayed fields of a connector, and those that decide what the user must do. Its form fields
/// and abilities are long and available from Pluggy.
pub(super) fn summary(connector: &Connector) -> Connector {
    Connector {
        name: connector.name.clone(),
        image_url: connector.image_url.clone(),
        primary_color: connector.primary_color.clone(),
        has_mfa: connector.has_mfa,
        health: connector.health.clone().map(|health| ConnectorHealth {
            incidents: None,
            details: None,
            ..health
        }),
        oauth: connector.oauth,
        is_open_finance: connector.is_open_finance,
        is_sandbox: connector.is_sandbox,
        ..Connector::new(connector.id)
    }
}

pub(super) fn from_row(row: &Row) -> Result<StoredItem, Error> {
    let reader = Reader(row);
    let key = required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?;
    let Some(Target::Item(item_id)) = Target::parse(&key) else {
        return Err(Error::Corrupt {
            attribute: PARTITION_KEY,
        });
    };
    let created_at = required(CREATED_AT, reader.time(CREATED_AT)?)?;
    Ok(StoredItem {
        item_id,
        created_at,
        state: state(&reader, item_id, created_at)?,
        schedule: Schedule {
            next_fetch_at: reader.time(NEXT_FETCH_AT)?,
            fetch_failures: reader.count(FETCH_FAILURES)?,
            missing_since: reader.time(MISSING_SINCE)?,
            confirming_fetches: reader.count(CONFIRMING_FETCHES)?,
            cut_fetches: reader.count(CUT_FETCHES)?,
            pending_signal: reader
                .text(PENDING_SIGNAL)?
                .as_deref()
                .and_then(PendingSignal::parse),
            last_error: reader.document(LAST_ERROR),
        },
    })
}

fn state(reader: &Reader<'_>, id: ItemId, created_at: Timestamp) -> Result<RowState, Error> {
    if let Some(deleted_at) = reader.time(DELETED_AT)? {
        return Ok(RowState::Tombstone {
            deleted_at,
            is_erased: reader.boolean(ERASED)?.unwrap_or_default(),
        });
    }
    let owner = owner(reader)?;
    Ok(match snapshot(reader, id, created_at)? {
        Some(snapshot) => RowState::Fetched { owner, snapshot },
        None => RowState::Placeholder { owner },
    })
}

fn owner(reader: &Reader<'_>) -> Result<Option<Owner>, Error> {
    let Some(user) = reader.text(OWNER)? else {
        return Ok(None);
    };
    let user = user
        .parse()
        .map_err(|_| Error::Corrupt { attribute: OWNER })?;
    // A row of another version may have none. Like an unknown name, it has the highest rank, so that no event replaces
    // the owner.
    let provenance = reader.text(OWNER_PROVENANCE)?;
    let provenance = provenance.as_deref().map(Provenance::parse);
    Ok(Some(Owner {
        user,
        provenance: provenance.unwrap_or(Provenance::Response),
    }))
}

fn snapshot(
    reader: &Reader<'_>,
    id: ItemId,
    created_at: Timestamp,
) -> Result<Option<Snapshot>, Error> {
    let (Some(fetched_at), Some(status)) = (reader.time(FETCHED_AT)?, reader.text(STATUS)?) else {
        return Ok(None);
    };
    let item = Box::new(Item {
        id,
        connector: reader.document(CONNECTOR),
        status: status.into(),
        execution_status: required(EXECUTION_STATUS, reader.text(EXECUTION_STATUS)?)?.into(),
        error: reader.document(ERROR),
        parameter: reader.document(PARAMETER),
        user_action: reader.document(USER_ACTION),
        webhook_url: None,
        client_user_id: None,
        oauth_redirect_uri: None,
        created_at: Some(created_at),
        updated_at: reader.time(VERSION)?,
        last_updated_at: reader.time(LAST_UPDATED_AT)?,
        status_detail: reader.document(STATUS_DETAIL),
        consecutive_failed_login_attempts: None,
        next_auto_sync_at: reader.time(NEXT_AUTO_SYNC_AT)?,
        consent_expires_at: reader.time(CONSENT_EXPIRES_AT)?,
        resources_collected_at: None,
        has_resources_pending_authorization: reader.boolean(HAS_RESOURCES_PENDING_AUTHORIZATION)?,
        products: reader.document(PRODUCTS),
    });
    Ok(Some(Snapshot { item, fetched_at }))
}

/// Builder of a row. Absent values are left out.
struct RowBuilder {
    row: Row,
    truncated: Vec<String>,
}

impl RowBuilder {
    fn new(item_id: ItemId) -> Self {
        let row = Row::from([
            (PARTITION_KEY.to_owned(), text(item_key(item_id))),
            (schema::SCHEMA.to_owned(), number(schema::VERSION)),
        ]);
        Self {
            row,
            truncated: Vec::new(),
        }
    }

    fn put(&mut self, attribute: &str, value: Option<AttributeValue>) {
        if let Some(value) = value {
            self.row.insert(attribute.to_owned(), value);
        }
    }

    fn put_document(&mut self, attribute: &str, value: Option<AttributeValue>) {
        let too_long = |value: &AttributeValue| {
            value
                .as_s()
                .is_ok_and(|text| text.len() > MAX_DOCUMENT_BYTES)
        };
        if value.as_ref().is_some_and(too_long) {
            self.truncated.push(attribute.to_owned());
        } else {
            self.put(attribute, value);
        }
    }

    fn finish(mut self) -> Row {
        if !self.truncated.is_empty() {
            self.row
                .insert(TRUNCATED.to_owned(), AttributeValue::Ss(self.truncated));
        }
        self.row
    }
}

#[cfg(test)]
mod tests;
