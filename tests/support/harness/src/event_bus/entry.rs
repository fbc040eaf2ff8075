//! One entry of a `PutEvents` request.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The documented size of a time, whatever its format.
const TIME_BYTES: usize = 14;
const MAX_DETAIL_TYPE: usize = 128;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Entry {
    #[serde(default)]
    pub(super) source: String,
    #[serde(default)]
    pub(super) detail_type: String,
    #[serde(default)]
    pub(super) detail: String,
    pub(super) time: Option<f64>,
    #[serde(default)]
    event_bus_name: String,
    #[serde(default)]
    resources: Vec<String>,
}

/// The reason why an entry is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

impl Entry {
    /// Returns the size that counts toward the limit.
    ///
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html>
    pub(super) fn size(&self) -> usize {
        self.time.map_or(0, |_| TIME_BYTES)
            + self.source.len()
            + self.detail_type.len()
            + self.detail.len()
            + self.resources.iter().map(String::len).sum::<usize>()
    }

    /// Returns the entry's defect, if it has one. Any resource counts as a defect, because no caller sends one.
    pub(super) fn flaw(&self) -> Option<Flaw> {
        let invalid = |message| {
            Some(Flaw {
                code: "InvalidArgument",
                message,
            })
        };
        if self.source.is_empty() {
            return invalid(
                "Parameter Source is not valid. Reason: Source is a required argument.",
            );
        }
        if self.source.starts_with("aws.") {
            return Some(Flaw {
                code: "NotAuthorizedForSourceException",
                message: "Not authorized for the source.",
            });
        }
        if self.detail_type.is_empty() {
            return invalid(
                "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
            );
        }
        if self.detail_type.chars().count() > MAX_DETAIL_TYPE
            || self.detail_type.contains(char::is_control)
        {
            return invalid("Parameter DetailType is not valid.");
        }
        if !self.resources.is_empty() {
            return invalid("Parameter Resources is not valid.");
        }
        if self.time.is_some() && self.timestamp().is_none() {
            return invalid("Parameter Time is not valid.");
        }
        (!is_object(&self.detail)).then_some(Flaw {
            code: "MalformedDetail",
            message: "Detail is malformed.",
        })
    }

    /// Returns whether the entry is for the bus `arn`.
    pub(super) fn is_for(&self, arn: &str) -> bool {
        self.event_bus_name == arn
    }

    /// Returns the entry's time, if it has one.
    #[expect(clippy::cast_possible_truncation, reason = "checked by `Timestamp`")]
    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond((self.time? * 1_000.0).round() as i64).ok()
    }
}

/// Returns whether a text is one JSON object, at any depth.
fn is_object(detail: &str) -> bool {
    serde_json::from_str::<&RawValue>(detail).is_ok_and(|value| value.get().starts_with('{'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(change: &Value) -> Entry {
        let mut entry = json!({
            "Source": "pluggy-lambda", "DetailType": "item.ready", "Detail": "{}", "Time": 1_795_435_200.123,
            "EventBusName": "the bus",
        });
        for (name, value) in change.as_object().unwrap() {
            entry[name] = value.clone();
        }
        serde_json::from_value(entry).unwrap()
    }

    fn code(change: Value) -> Option<&'static str> {
        entry(&change).flaw().map(|flaw| flaw.code)
    }

    #[test]
    fn the_flaw_of_an_entry_is_named() {
        assert_eq!(code(json!({})), None);
        assert_eq!(code(json!({"Source": ""})), Some("InvalidArgument"));
        assert_eq!(code(json!({"DetailType": ""})), Some("InvalidArgument"));
        assert_eq!(
            code(json!({"DetailType": "x".repeat(129)})),
            Some("InvalidArgument")
        );
        assert_eq!(code(json!({"DetailType": "a\nb"})), Some("InvalidArgument"));
        assert_eq!(code(json!({"Time": 1e300})), Some("InvalidArgument"));
        assert_eq!(
            code(json!({"Source": "aws.events"})),
            Some("NotAuthorizedForSourceException")
        );
        for detail in ["", "[]", "{", "\"text\"", "{} {}"] {
            assert_eq!(
                code(json!({ "Detail": detail })),
                Some("MalformedDetail"),
                "{detail}"
            );
        }
    }

    #[test]
    fn an_entry_is_as_large_as_the_documentation_counts() {
        let size = entry(&json!({"Detail": r#"{"a":"ã"}"#})).size();

        assert_eq!(size, 14 + "pluggy-lambda".len() + "item.ready".len() + 10);
    }

    #[test]
    fn a_time_keeps_its_milliseconds() {
        let time = entry(&json!({})).timestamp().unwrap();

        assert_eq!(time.to_string(), "2026-11-23T12:00:00.123Z");
    }
}
