//! Parsing of an invocation's payload.

use serde::de::DeserializeOwned;

/// The payload cannot be read. The error does not repeat what it contains, as an error of serde does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payload cannot be read")]
pub struct UnreadablePayload;

/// Parses the payload of an invocation.
pub fn parse<T: DeserializeOwned>(json: &str) -> Result<T, UnreadablePayload> {
    // The Lambda runtime's own deserialization tracks positions, which doubles the cost.
    serde_json::from_str(json).map_err(|_| UnreadablePayload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_parsed() {
        assert_eq!(parse::<Vec<u8>>("[1, 2]"), Ok(vec![1, 2]));
    }

    #[test]
    fn the_error_does_not_repeat_the_payload() {
        for json in [
            r#"{"name":"Maria"}"#,
            r#""Maria""#,
            r#"["Maria"]"#,
            "Maria",
            "",
        ] {
            let error = parse::<Vec<u8>>(json).unwrap_err();

            assert_eq!(error.to_string(), "the payload cannot be read", "{json}");
        }
    }
}
