//! Conversion between Rust values and attribute values, with one function per type and direction.

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

/// Returns a time in epoch milliseconds, so that conditions can compare times.
pub(super) fn time(value: Timestamp) -> AttributeValue {
    number(value.as_millisecond())
}

/// Returns a nested part as one JSON document.
pub(super) fn document(value: &impl Serialize) -> Option<AttributeValue> {
    serde_json::to_string(value).ok().map(AttributeValue::S)
}

/// Reader of a row's attributes. An absent attribute is `None`, one of the wrong type is [`Error::Corrupt`].
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

    /// Returns a count; an absent one is zero.
    pub(super) fn count(&self, attribute: &'static str) -> Result<u32, Error> {
        let count = self.number(attribute)?.unwrap_or_default();
        u32::try_from(count).map_err(|_| Error::Corrupt { attribute })
    }

    pub(super) fn time(&self, attribute: &'static str) -> Result<Option<Timestamp>, Error> {
        self.read(attribute, |value| {
            Timestamp::from_millisecond(value.as_n().ok()?.parse().ok()?).ok()
        })
    }

    /// Returns a nested part. An unreadable one counts as absent, so that the rest of the row stays usable.
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

/// Returns the value, or an error if it is absent.
pub(super) fn required<T>(attribute: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Corrupt { attribute })
}
