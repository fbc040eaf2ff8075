//! Rows that hold something about a user, whole, as JSON: for the user's copy of the data. A row has every attribute that is
//! stored, also those of a newer version. What still opens a login at the bank is left out.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::attributes::{Reader, Row};
use super::erasure_progress::{self, SEARCH_CURSOR, progress_key};
use super::erasures::marker_key;
use super::error::unavailable;
use super::event::BODY;
use super::event_row::encoded_body;
use super::item_row::{DOCUMENTS, USER_ACTION};
use super::limits::user_key;
use super::schema::{OWNER, PARTITION_KEY};
use super::{
    Cursor, Erasures, Error, EventRow, Events, Items, Limits, ScanCursor, ScanPage, Target,
};
use pluggy::{ClientId, ClientUserId, ItemId, parse_value};

/// Maximum length of a body that is returned as JSON. A longer one is returned as it is stored, so that a row fits into a
/// response of Lambda, which holds 6 MB.
const MAX_JSON_BODY: usize = 2 * 1024 * 1024;
/// Field of a body that names a user.
const CLIENT_USER_ID: &str = "clientUserId";

/// A table that holds something about users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UserTable {
    /// `ItemTable`.
    #[serde(rename = "ItemTable")]
    Items,
    /// `EventTable`.
    #[serde(rename = "EventTable")]
    Events,
    /// `LimitTable`.
    #[serde(rename = "LimitTable")]
    Limits,
}

/// A row that holds something about a user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    /// Its table.
    pub table: UserTable,
    /// Its attributes by their names. Nested parts are JSON, and so is the body of an event if it was.
    pub attributes: Map<String, Value>,
    /// The paths of what is left out.
    pub left_out: BTreeSet<String>,
}

/// A row of `EventTable` that may hold something about a user.
#[derive(Clone, Debug)]
pub struct ScannedEvent {
    row: Row,
    body: Option<Value>,
    names: BTreeSet<String>,
}

/// Relation of an event to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// It names the user.
    Names,
    /// It names nobody, and concerns the owner of this item.
    OwnerOf(ItemId),
    /// It names somebody else, or nobody and no item.
    None,
}

impl UserRow {
    fn new(table: UserTable, row: Row, now: Timestamp) -> Self {
        let mut left_out = BTreeSet::new();
        let attributes = row.into_iter().map(|(name, value)| {
            let mut value = json_of(&name, &value);
            leave_out_logins(&mut value, &name, now, &mut left_out);
            (name, value)
        });
        Self {
            table,
            attributes: attributes.collect(),
            left_out,
        }
    }

    /// Returns the length of the row in a response.
    pub fn length(&self) -> usize {
        serde_json::to_vec(self).map_or(0, |json| json.len())
    }
}

impl ScannedEvent {
    fn new(row: Row) -> Self {
        let body = encoded_body(&Reader(&row)).and_then(|body| parse_value(&body.decode()?).ok());
        let names = body.as_ref().map(names_in).unwrap_or_default();
        Self { row, body, names }
    }

    /// Returns how the event concerns the user. An event that names another application than `ours` concerns nobody here:
    /// its users are those of the other application.
    pub fn concern(&self, user: &ClientUserId, ours: ClientId) -> Concern {
        let is_foreign = EventRow::from_row(&self.row).is_ok_and(|event| event.is_foreign(ours));
        if is_foreign {
            return Concern::None;
        }
        if self.names.contains(user.as_str()) {
            return Concern::Names;
        }
        let key = Reader(&self.row).text(PARTITION_KEY).ok().flatten();
        match key.as_deref().and_then(Target::parse) {
            Some(Target::Item(item_id)) if self.names.is_empty() => Concern::OwnerOf(item_id),
            _ => Concern::None,
        }
    }

    /// Returns the position after the row.
    pub fn cursor(&self) -> Result<ScanCursor, Error> {
        ScanCursor::from_row(&self.row)
    }

    /// Returns the row for a user whom it concerns. The body is left out if it names other users too, if it is too long to be
    /// searched for logins in a response, or if it is no JSON, because it may name other users.
    pub fn into_user_row(self, now: Timestamp) -> UserRow {
        let names_others = self.names.len() > 1;
        let mut found = UserRow::new(UserTable::Events, self.row, now);
        if self.body.is_none() && found.attributes.remove(BODY).is_some() {
            found.left_out.insert(BODY.to_owned());
        }
        if let Some(mut body) = self.body {
            let mut left_out = BTreeSet::new();
            leave_out_logins(&mut body, BODY, now, &mut left_out);
            let is_long = serde_json::to_vec(&body).map_or(0, |json| json.len()) > MAX_JSON_BODY;
            if names_others || (is_long && !left_out.is_empty()) {
                found.attributes.remove(BODY);
                found.left_out.insert(BODY.to_owned());
            } else if !is_long && (body.is_object() || body.is_array()) {
                found.attributes.insert(BODY.to_owned(), body);
                found.left_out.extend(left_out);
            }
        }
        found
    }
}

impl Items {
    /// Returns a page of the rows of a user's items, newest first, and the cursor of the next page.
    pub async fn user_rows(
        &self,
        user: &ClientUserId,
        limit: i32,
        after: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<(Vec<UserRow>, Option<Cursor>), Error> {
        let (rows, next) = self.rows_of(user, limit, after).await?;
        let is_theirs =
            |row: &Row| Reader(row).text(OWNER).ok().flatten().as_deref() == Some(user.as_str());
        let rows = rows.into_iter().filter(is_theirs);
        let rows = rows.map(|row| UserRow::new(UserTable::Items, row, now));
        Ok((rows.collect(), next))
    }
}

impl Limits {
    /// Returns the row of what was counted of a user, with a consistent read.
    pub async fn user_row(
        &self,
        user: &ClientUserId,
        now: Timestamp,
    ) -> Result<Option<UserRow>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, user_key(user))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the counts of the user"))?;
        let row = answer.item;
        Ok(row.map(|row| UserRow::new(UserTable::Limits, row, now)))
    }
}

impl Erasures {
    /// Returns the marker of a user, and the progress of the erasure without the position of its search, which is the key
    /// of anybody's event.
    pub async fn user_rows(
        &self,
        user: &ClientUserId,
        now: Timestamp,
    ) -> Result<Vec<UserRow>, Error> {
        if !self.may_exist().await? {
            return Ok(Vec::new());
        }
        let hmac = self.hmac(user).await?;
        let mut found = Vec::new();
        for key in [marker_key(&hmac), progress_key(&hmac)] {
            let row = self.get(key, now).await?;
            found.extend(row.map(|row| UserRow::new(UserTable::Limits, row, now)));
        }
        for row in &mut found {
            if row.attributes.remove(SEARCH_CURSOR).is_some() {
                row.left_out.insert(SEARCH_CURSOR.to_owned());
            }
        }
        Ok(found)
    }
}

impl Events {
    /// Returns all events, page by page. Expired ones are among them until DynamoDB has removed them.
    pub async fn every(&self, after: Option<&ScanCursor>) -> Result<ScanPage<ScannedEvent>, Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .set_exclusive_start_key(after.map(ScanCursor::to_row))
            .send()
            .await
            .map_err(unavailable("scan all events"))?;
        ScanPage::new(answer, |row| Some(ScannedEvent::new(row)))
    }
}

fn json_of(name: &str, value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text)
            if DOCUMENTS.contains(&name) || erasure_progress::DOCUMENTS.contains(&name) =>
        {
            serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
        }
        AttributeValue::S(text) => text.as_str().into(),
        AttributeValue::N(number) => number_of(number),
        AttributeValue::Bool(value) => (*value).into(),
        AttributeValue::B(bytes) => STANDARD.encode(bytes).into(),
        AttributeValue::Ss(texts) => texts.as_slice().into(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_of(number)).collect(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| STANDARD.encode(bytes)).collect(),
        AttributeValue::L(values) => values.iter().map(|value| json_of("", value)).collect(),
        AttributeValue::M(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (name.clone(), json_of(name, value)))
                .collect()
        }
        _ => Value::Null,
    }
}

fn number_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Returns the users that a body names.
pub(super) fn names_in(body: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    add_names(body, &mut names);
    names
}

fn add_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(user) if name == CLIENT_USER_ID => {
                        names.insert(user.clone());
                    }
                    _ => add_names(value, names),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| add_names(value, names)),
        _ => {}
    }
}

/// Removes the link of a login and the data of an action at the bank, at any depth, unless their time is over. What says
/// nothing about its time is taken to be valid.
fn leave_out_logins(
    value: &mut Value,
    path: &str,
    now: Timestamp,
    left_out: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(fields) => {
            let expires_at = fields.get("expiresAt").and_then(Value::as_str);
            let expires_at = expires_at.and_then(|at| at.parse::<Timestamp>().ok());
            if expires_at.is_none_or(|at| at > now) {
                let is_action = path.rsplit('.').next() == Some(USER_ACTION);
                let secret = if is_action { "attributes" } else { "data" };
                let is_secret = |value: &Value| is_action && !value.is_null() || is_link(value);
                if fields.get(secret).is_some_and(is_secret) {
                    fields.remove(secret);
                    left_out.insert(format!("{path}.{secret}"));
                }
            }
            for (name, value) in fields {
                leave_out_logins(value, &format!("{path}.{name}"), now, left_out);
            }
        }
        Value::Array(values) => {
            for value in values {
                leave_out_logins(value, path, now, left_out);
            }
        }
        _ => {}
    }
}

/// Whether it is the address of a page or of an app.
fn is_link(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("://"))
}

#[cfg(test)]
mod tests;
