//! Fields of a JSON object, taken out one by one so that each mistake can be named.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::InvalidCommand;

/// The fields of an object that are still unread.
pub(crate) struct TextFields {
    /// Prefix of the field names in a refusal.
    prefix: String,
    fields: Map<String, Value>,
}

impl TextFields {
    pub(crate) fn of(prefix: &str, value: Value) -> Result<Self, InvalidCommand> {
        match value {
            Value::Object(fields) => Ok(Self {
                prefix: prefix.to_owned(),
                fields,
            }),
            _ => Err(InvalidCommand::new(
                prefix.trim_end_matches('.'),
                "must be an object",
            )),
        }
    }

    /// Takes the field as it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// Takes the field as a `T`. `expected` ends the sentence "x must be …".
    pub(crate) fn optional<T: FromStr>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, InvalidCommand> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => {
                let parsed = value.as_str().and_then(|text| text.parse().ok());
                parsed.map(Some).ok_or_else(|| self.refusal(name, expected))
            }
        }
    }

    /// Takes a field that must be present, as a `T`.
    pub(crate) fn required<T: FromStr>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Result<T, InvalidCommand> {
        self.optional(name, expected)?
            .ok_or_else(|| self.refusal(name, expected))
    }

    pub(crate) fn refusal(&self, name: &str, expected: &str) -> InvalidCommand {
        InvalidCommand::new(
            format!("{}{name}", self.prefix),
            format!("must be {expected}"),
        )
    }

    /// Fails if there are unknown fields. A command with a misspelled field would do something else than
    /// intended.
    pub(crate) fn end(self) -> Result<(), InvalidCommand> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(name) => Err(InvalidCommand::new(
                format!("{}{name}", self.prefix),
                "is not a field of this command",
            )),
        }
    }
}
