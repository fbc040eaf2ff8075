//! The query of `GET /v2/transactions`, and the page in its response.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use crate::body;
use crate::clock::Moment;
use crate::error::Error;
use crate::transaction::{Place, Transaction};

const MAX_IDS: usize = 500;
const LAST_OF_DAY: Duration = Duration::from_millis(86_399_999);

/// A valid query. Bounds are inclusive.
#[derive(Debug)]
pub(crate) struct TransactionQuery {
    pub(crate) account_id: Uuid,
    ids: Option<Vec<Uuid>>,
    date_from: Option<Moment>,
    date_to: Option<Moment>,
    created_at_from: Option<Moment>,
    /// The last place on the previous page.
    after: Option<Place>,
    /// All parameters except `after`, unchanged, for the next page.
    filters: Vec<(String, String)>,
}

/// One page, newest first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TransactionPage<'a> {
    pub(crate) results: Vec<&'a Transaction>,
    /// The query of the next page, appended to the path unchanged.
    pub(crate) next: Option<String>,
}

impl TransactionQuery {
    pub(crate) fn parse(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let value = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| key == name);
            pair.map(|(_, value)| value.as_str())
        };
        let moment = |name| value(name).map(|text| parse_moment(name, text)).transpose();
        let account_id =
            value("accountId").ok_or_else(|| Error::bad_request("The accountId is missing"))?;
        let query = Self {
            account_id: body::parse_id(account_id)?,
            ids: parse_ids(&pairs)?,
            date_from: moment("dateFrom")?,
            date_to: moment("dateTo")?.map(|to| end_of(to, value("dateTo"))),
            created_at_from: moment("createdAtFrom")?,
            after: value("after").map(place_of).transpose()?,
            filters: pairs
                .iter()
                .filter(|(name, _)| name != "after")
                .cloned()
                .collect(),
        };
        if query.date_from.is_some() && query.created_at_from.is_some() {
            return Err(Error::bad_request(
                "dateFrom cannot be used together with createdAtFrom",
            ));
        }
        Ok(query)
    }

    /// Returns a page of the transactions, which are in the order of the list.
    pub(crate) fn page<'a>(
        &self,
        transactions: &'a [Transaction],
        size: usize,
    ) -> TransactionPage<'a> {
        let mut found = transactions.iter().filter(|one| self.admits(one));
        let results: Vec<_> = found.by_ref().take(size).collect();
        let has_more = found.next().is_some();
        let next = results
            .last()
            .filter(|_| has_more)
            .map(|last| self.next(last.place()));
        TransactionPage { results, next }
    }

    fn admits(&self, transaction: &Transaction) -> bool {
        self.after.is_none_or(|after| transaction.place() > after)
            && self
                .ids
                .as_ref()
                .is_none_or(|ids| ids.contains(&transaction.id))
            && self.date_from.is_none_or(|from| transaction.date >= from)
            && self.date_to.is_none_or(|to| transaction.date <= to)
            && self
                .created_at_from
                .is_none_or(|from| transaction.created_at >= from)
    }

    fn next(&self, last: Place) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("after", &cursor(last));
        format!("?{}", query.finish())
    }
}

/// Returns an opaque cursor. Like Pluggy's, it is in Base64.
fn cursor(place: Place) -> String {
    STANDARD.encode(format!("{} {}", place.date.0, place.id))
}

fn place_of(cursor: &str) -> Result<Place, Error> {
    let read = || {
        let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
        let (date, id) = text.split_once(' ')?;
        Some(Place {
            date: std::cmp::Reverse(Moment(date.parse().ok()?)),
            id: id.parse().ok()?,
        })
    };
    read().ok_or_else(|| Error::bad_request("The cursor is not valid"))
}

/// Parses ids that are separated by commas or repeated.
fn parse_ids(pairs: &[(String, String)]) -> Result<Option<Vec<Uuid>>, Error> {
    let ids: Vec<_> = pairs
        .iter()
        .filter(|(name, _)| name == "ids")
        .flat_map(|(_, ids)| ids.split(','))
        .collect();
    if ids.len() > MAX_IDS {
        return Err(Error::described(
            StatusCode::BAD_REQUEST,
            "IDS_PARAMETER_EXCEEDS_MAX_LENGTH",
            format!("No more than {MAX_IDS} ids at once"),
        ));
    }
    let ids: Vec<Uuid> = ids
        .into_iter()
        .map(body::parse_id)
        .collect::<Result<_, _>>()?;
    Ok((!ids.is_empty()).then_some(ids))
}

/// Parses a day, or a time with or without its offset from UTC.
fn parse_moment(name: &str, text: &str) -> Result<Moment, Error> {
    let as_utc = |civil: DateTime| TimeZone::UTC.to_timestamp(civil).ok();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| as_utc(text.parse().ok()?))
        .map(Moment)
        .ok_or_else(|| Error::bad_request(format!("{name} is not a date")))
}

/// Returns the upper bound. A day as upper bound includes the whole day.
fn end_of(to: Moment, text: Option<&str>) -> Moment {
    let is_day = text.is_some_and(|text| {
        text.parse::<Date>()
            .is_ok_and(|day| day.to_string() == text)
    });
    if is_day { to.plus(LAST_OF_DAY) } else { to }
}
