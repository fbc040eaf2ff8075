//! Search of the tables for what names a user or is about the user's items. Expired rows count until DynamoDB has removed
//! them.

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::Value;

use super::attributes::{Reader, Row, text};
use super::error::unavailable;
use super::event::{BODY, RECEIVED_AT};
use super::event_row::encoded_body;
use super::item_row::ERASED;
use super::items::logged;
use super::key::{is_internal, user_digest};
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::user_rows::names_in;
use super::{Error, EventKey, EventRow, Events, Items, Limits, ScanCursor, ScanPage, Target};
use pluggy::{ClientId, ClientUserId, ItemId, parse_value};

/// A search for data of a user.
#[derive(Clone, Debug)]
pub struct UserSearch<'a> {
    user: &'a ClientUserId,
    digest: String,
    items: &'a HashSet<ItemId>,
    ours: ClientId,
    width: Width,
}

/// Places where a search looks for the user's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// Fields that name a user. Another text may equal the id by chance, and its row is somebody else's.
    Names,
    /// Every text.
    Everything,
}

/// A row of `EventTable` that names the user or is about one of the items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    /// Its key.
    pub key: EventKey,
    /// When it was received, if its row says so.
    pub received_at: Option<Timestamp>,
    /// Whether it has a body.
    pub has_body: bool,
    /// The item whose owner the event says the user is, if it says so. A hint does not.
    pub names_owner_of: Option<ItemId>,
}

impl<'a> UserSearch<'a> {
    /// Creates the search for what is deleted of `user` and about `items`: rows that name the user as Pluggy, operators and
    /// frontends do. Events of other applications than `ours` are not found.
    pub fn to_delete(user: &'a ClientUserId, items: &'a HashSet<ItemId>, ours: ClientId) -> Self {
        Self {
            user,
            digest: user_digest(user),
            items,
            ours,
            width: Width::Names,
        }
    }

    /// Creates the search for what has the id of `user` in any place, or is about `items`. Events of other applications
    /// than `ours` are not found.
    pub fn to_verify(user: &'a ClientUserId, items: &'a HashSet<ItemId>, ours: ClientId) -> Self {
        Self {
            width: Width::Everything,
            ..Self::to_delete(user, items, ours)
        }
    }

    fn finds_event(&self, row: &Row) -> Option<FoundEvent> {
        let reader = Reader(row);
        let partition = reader.text(PARTITION_KEY).ok()??;
        let sort = reader.text(SORT_KEY).ok()??;
        let event = EventRow::from_row(row).ok();
        if event
            .as_ref()
            .is_some_and(|event| event.is_foreign(self.ours))
        {
            return None;
        }
        let item_id = item_id(&partition);
        let acted_on = event.filter(|event| !event.is_quarantined(Some(self.ours)));
        let owner = acted_on.as_ref().and_then(EventRow::named_owner);
        let names_owner = owner.is_some_and(|owner| owner.user == *self.user);
        let is_about_the_items = item_id.is_some_and(|id| self.items.contains(&id));
        let is_in_the_body = || {
            let body = encoded_body(&reader);
            let value = body.and_then(|body| parse_value(&body.decode()?).ok());
            value.is_some_and(|value| self.is_in(&value))
        };
        let is_in_the_row = || self.width == Width::Everything && self.names(row);
        let is_found = names_owner
            || is_about_the_items
            || is_internal(&sort) && sort.contains(&self.digest)
            || is_in_the_body()
            || is_in_the_row();
        is_found.then(|| FoundEvent {
            key: EventKey { partition, sort },
            received_at: reader.time(RECEIVED_AT).ok().flatten(),
            has_body: row.contains_key(BODY),
            names_owner_of: item_id.filter(|_| names_owner),
        })
    }

    fn finds_item(&self, row: &Row) -> bool {
        let key = Reader(row).text(PARTITION_KEY).ok().flatten();
        let item_id = key.as_deref().and_then(item_id);
        let is_theirs = item_id.is_some_and(|id| self.items.contains(&id));
        (is_theirs && !row.contains_key(ERASED)) || self.names(row)
    }

    /// Whether an attribute is the user's id or their digest, or a document that has the id as a value.
    fn names(&self, row: &Row) -> bool {
        row.values().any(|value| match value {
            AttributeValue::S(text) => {
                text == self.user.as_str()
                    || text.ends_with(&self.digest)
                    || parse_value(text.as_bytes()).is_ok_and(|value| self.is_in(&value))
            }
            _ => false,
        })
    }

    fn is_in(&self, value: &Value) -> bool {
        match self.width {
            Width::Names => names_in(value).contains(self.user.as_str()),
            Width::Everything => has_text(value, self.user.as_str()),
        }
    }
}

fn has_text(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Array(values) => values.iter().any(|value| has_text(value, wanted)),
        Value::Object(fields) => fields.values().any(|value| has_text(value, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn item_id(partition: &str) -> Option<ItemId> {
    match Target::parse(partition)? {
        Target::Item(id) => Some(id),
        Target::Connector(_) => None,
    }
}

impl Events {
    /// Returns the rows that the search finds, page by page.
    pub async fn search(
        &self,
        search: &UserSearch<'_>,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<FoundEvent>, Error> {
        scan(&self.client, &self.table, after, |row| {
            search.finds_event(&row)
        })
        .await
    }

    /// Returns the keys of all rows about an item that have a body.
    pub async fn bodies_about(&self, item_id: ItemId) -> Result<Vec<EventKey>, Error> {
        let (mut found, mut page) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("#pk = :pk")
                .filter_expression("attribute_exists(#body)")
                .projection_expression("#pk, #sk")
                .expression_attribute_names("#pk", PARTITION_KEY)
                .expression_attribute_names("#sk", SORT_KEY)
                .expression_attribute_names("#body", BODY)
                .expression_attribute_values(":pk", text(Target::Item(item_id).key()))
                .set_exclusive_start_key(page)
                .send()
                .await
                .map_err(unavailable("query the bodies of the item's events"))?;
            for row in answer.items.unwrap_or_default() {
                let reader = Reader(&row);
                let key = (reader.text(PARTITION_KEY)?, reader.text(SORT_KEY)?);
                if let (Some(partition), Some(sort)) = key {
                    found.push(EventKey { partition, sort });
                }
            }
            page = answer.last_evaluated_key;
            if page.is_none() {
                return Ok(found);
            }
        }
    }
}

impl Items {
    /// Returns the keys of the rows that the search finds, page by page. The erased tombstone of an item is not found.
    pub async fn search(
        &self,
        search: &UserSearch<'_>,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<String>, Error> {
        let decode = |row: Row| search.finds_item(&row).then(|| key_of(&row)).flatten();
        scan(&self.client, &self.table, after, decode).await
    }
}

impl Limits {
    /// Returns the keys of the rows that the search finds, page by page.
    pub async fn search(
        &self,
        search: &UserSearch<'_>,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<String>, Error> {
        let decode = |row: Row| search.names(&row).then(|| key_of(&row)).flatten();
        scan(&self.client, &self.table, after, decode).await
    }
}

fn key_of(row: &Row) -> Option<String> {
    logged(Reader(row).text(PARTITION_KEY)).flatten()
}

async fn scan<T>(
    client: &Client,
    table: &str,
    after: Option<&ScanCursor>,
    decode: impl FnMut(Row) -> Option<T>,
) -> Result<ScanPage<T>, Error> {
    let answer = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .set_exclusive_start_key(after.map(ScanCursor::to_row))
        .send()
        .await
        .map_err(unavailable("search a table for the user"))?;
    ScanPage::new(answer, decode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::number;
    use crate::{Body, NewEvent, Origin, Quarantine};
    use jiff::SignedDuration;

    const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

    const OURS: &str = "7e2f5a64-0000-4000-8000-000000000001";

    fn row(event: &NewEvent) -> Row {
        event.to_row(&event.key, SignedDuration::from_hours(1))
    }

    fn found(items: &[&str], event: &NewEvent) -> Option<FoundEvent> {
        let user = "usr_1".parse().unwrap();
        let items = items.iter().map(|id| id.parse().unwrap()).collect();
        UserSearch::to_delete(&user, &items, OURS.parse().unwrap()).finds_event(&row(event))
    }

    fn is_verified(user: &str, row: &Row) -> bool {
        let (user, items) = (user.parse().unwrap(), HashSet::new());
        let search = UserSearch::to_verify(&user, &items, OURS.parse().unwrap());
        search.finds_event(row).is_some()
    }

    fn webhook(body: &str) -> NewEvent {
        NewEvent {
            name: "item/updated".to_owned(),
            origin: Origin::Webhook,
            body: Some(Body::new(body.as_bytes(), Vec::new)),
            ..NewEvent::fetch_request(
                Target::Item(ITEM.parse().unwrap()),
                "1",
                Timestamp::UNIX_EPOCH,
            )
        }
    }

    #[test]
    fn an_event_is_found_by_its_body_its_key_or_its_item() {
        let naming = webhook(r#"{"event":"item/updated","clientUserId":"usr_1"}"#);
        let elsewhere = webhook(r#"{"event":"item/updated","data":[{"clientUserId":"usr_1"}]}"#);
        let of_another = webhook(r#"{"event":"item/updated","clientUserId":"usr_12"}"#);
        let hint = NewEvent::hint(
            ITEM.parse().unwrap(),
            &"usr_1".parse().unwrap(),
            Timestamp::UNIX_EPOCH,
        );

        assert_eq!(
            found(&[], &naming).unwrap().names_owner_of,
            Some(ITEM.parse().unwrap())
        );
        for event in [&elsewhere, &hint] {
            let found = found(&[], event).unwrap();
            assert_eq!((found.has_body, found.names_owner_of), (true, None));
        }
        let without_body = NewEvent { body: None, ..hint };
        assert!(
            found(&[], &without_body).is_some(),
            "its key has the digest"
        );
        assert_eq!(found(&[], &of_another), None);
        assert!(found(&[ITEM], &of_another).is_some());
    }

    #[test]
    fn a_text_that_equals_the_id_by_chance_is_verified_and_not_deleted() {
        let event = webhook(r#"{"event":"item/updated","clientUserId":"usr_2","triggeredBy":"x"}"#);
        let (row, items) = (row(&event), HashSet::new());

        for user in ["webhook", "item/updated", "x"] {
            assert!(is_verified(user, &row), "{user}");
            let user = user.parse().unwrap();
            let search = UserSearch::to_delete(&user, &items, OURS.parse().unwrap());
            assert_eq!(search.finds_event(&row), None, "{user:?}");
        }
    }

    #[test]
    fn an_id_that_a_sender_made_of_a_digest_is_not_found() {
        let digest = user_digest(&"usr_1".parse().unwrap());
        let mut event = webhook(r#"{"event":"item/updated"}"#);
        event.key.sort = format!("evt-{digest}");

        assert_eq!(found(&[], &event), None);
    }

    #[test]
    fn a_body_that_strict_parsers_refuse_is_searched() {
        for body in [
            r#"{"event":"item/updated","clientUserId":"usr_1","error":"termos \ud83d"}"#,
            r#"{"event":"item/updated","clientUserId":"usr_1","amount":1e400}"#,
        ] {
            assert!(found(&[], &webhook(body)).is_some(), "{body}");
        }
    }

    #[test]
    fn a_body_is_searched_though_its_row_is_not_readable() {
        let mut row = row(&webhook(r#"{"clientUserId":"usr_1"}"#));
        row.remove("origin");

        assert!(is_verified("usr_1", &row));
        assert!(!is_verified("usr_2", &row));
    }

    #[test]
    fn a_quarantined_event_names_no_owner_and_one_of_another_application_is_not_found() {
        let unparsed = NewEvent {
            quarantine: Some(Quarantine::Unparsed),
            ..webhook(r#"{"event":"item/updated","clientUserId":"usr_1"}"#)
        };
        let foreign = NewEvent {
            quarantine: Some(Quarantine::ForeignClientId),
            ..unparsed.clone()
        };

        assert_eq!(found(&[], &unparsed).unwrap().names_owner_of, None);
        assert_eq!(found(&[ITEM], &foreign), None);
    }

    #[test]
    fn an_erased_tombstone_is_not_found_and_any_other_row_of_the_item_is() {
        let user = "usr_1".parse().unwrap();
        let items = HashSet::from([ITEM.parse().unwrap()]);
        let search = UserSearch::to_verify(&user, &items, OURS.parse().unwrap());
        let mut row = Row::from([(PARTITION_KEY.to_owned(), text(format!("ITEM#{ITEM}")))]);

        assert!(search.finds_item(&row));
        row.insert(ERASED.to_owned(), AttributeValue::Bool(true));
        assert!(!search.finds_item(&row));
        row.insert("mood".to_owned(), number(1));
        assert!(!search.finds_item(&row));
        row.insert("owner".to_owned(), text("usr_1"));
        assert!(search.finds_item(&row));
    }
}
