//! Between Rust values and attribute values, one function each way per type.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;

/// A row as the SDK gives it.
pub(super) type Row = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time in epoch milliseconds, so that times can be compared in conditions.
pub(super) fn time(value: Timestamp) -> AttributeValue {
    number(value.as_millisecond())
}

/// A nested part as one JSON document.
pub(super) fn document(value: &impl Serialize) -> Option<AttributeValue> {
    serde_json::to_string(value).ok().map(AttributeValue::S)
}

/// Reads attributes of one row; what is absent is `None`, what has the wrong type is
/// [`Error::Corrupt`].
pub(super) struct Reader<'a>(pub(super) &'a Row);

impl Reader<'_> {
    pub(super) fn text(&self, attribute: &'static str) -> Result<Option<String>, Error> {
        self.read(attribute, |value| value.as_s().ok().cloned())
    }

    pub(super) fn boolean(&self, attribute: &'static str) -> Result<Option<bool>, Error> {
        self.read(attribute, |value| value.as_bool().ok().copied())
    }

    pub(super) fn bytes(&self, attribute: &'static str) -> Result<Option<Vec<u8>>, Error> {
        self.read(attribute, |value| {
            value.as_b().ok().map(|bytes| bytes.as_ref().to_vec())
        })
    }

    pub(super) fn number(&self, attribute: &'static str) -> Result<Option<i64>, Error> {
        self.read(attribute, |value| value.as_n().ok()?.parse().ok())
    }

    /// A number of times; none is zero.
    pub(super) fn count(&self, attribute: &'static str) -> Result<u32, Error> {
        let count = self.number(attribute)?.unwrap_or_default();
        u32::try_from(count).map_err(|_| Error::Corrupt { attribute })
    }

    pub(super) fn time(&self, attribute: &'static str) -> Result<Option<Timestamp>, Error> {
        self.read(attribute, |value| {
            Timestamp::from_millisecond(value.as_n().ok()?.parse().ok()?).ok()
        })
    }

    /// A nested part. One that cannot be read counts as absent: the flat part is worth more than
    /// none of the row.
    pub(super) fn document<T: DeserializeOwned>(&self, attribute: &'static str) -> Option<T> {
        let value = self.0.get(attribute)?;
        let part = value
            .as_s()
            .ok()
            .and_then(|json| serde_json::from_str(json).ok());
        if part.is_none() {
            tracing::error!(attribute, "a nested part of a row cannot be read");
        }
        part
    }

    fn read<T>(
        &self,
        attribute: &'static str,
        decode: impl FnOnce(&AttributeValue) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.0.get(attribute) {
            None => Ok(None),
            Some(value) => decode(value).map(Some).ok_or(Error::Corrupt { attribute }),
        }
    }
}

/// What must be there.
pub(super) fn required<T>(attribute: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Corrupt { attribute })
}
