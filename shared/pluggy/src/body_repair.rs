//! The one entry point for bodies that Pluggy sends: one odd value never makes a whole body unreadable.
//!
//! A body that a strict parser accepts is parsed once. Only a body that it refuses is repaired and parsed
//! again. The types make each field tolerant, see `tolerant.rs`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

/// Maximum nesting of lists and objects in a repaired body. The parser's own limit is 127.
const MAX_DEPTH: usize = 64;
/// Length of an escaped UTF-16 code unit, such as `\ud83d`.
const ESCAPE_LENGTH: usize = 6;
/// The escaped replacement character, U+FFFD.
const REPLACEMENT: &str = r"\ufffd";

/// Parses a body, which is a JSON object. It accepts what a strict parser refuses:
///
/// - half of a character, such as `\ud83d` alone, and bytes that are not UTF-8: U+FFFD replaces them;
/// - a number that no float can hold, and a value that is nested too deep: null replaces them;
/// - a field that occurs twice: the last one counts, as in JavaScript.
///
/// # Errors
///
/// The body is not a JSON object, or lacks what makes its type usable, such as the id of an item. The error
/// has the position in the body.
///
/// ```
/// use pluggy::{Item, ItemStatus};
///
/// let body = br#"{"id":"9a7b6c5d-0000-4000-8000-000000000001","status":"OUTDATED",
///     "error":{"code":"ACCOUNT_NEEDS_ACTION","providerMessage":"Aceite os termos \ud83d"}}"#;
/// let item: Item = pluggy::parse(body)?;
/// assert_eq!(item.status, ItemStatus::Outdated);
/// assert_eq!(item.error.unwrap().provider_message.unwrap(), "Aceite os termos \u{fffd}");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    // Serde would accept a list of the fields in their order.
    if body.trim_ascii_start().starts_with(b"{") {
        return parse_any(body);
    }
    serde_json::from_slice::<IgnoredAny>(body)
        .and_then(|_| Err(serde_json::Error::custom("not an object")))
}

/// Like [`parse`], for any JSON value.
///
/// # Errors
///
/// The body is not JSON.
pub fn parse_value(body: &[u8]) -> serde_json::Result<Value> {
    parse_any(body)
}

pub(super) fn parse_any<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body).or_else(|error| parse_repaired(body).ok_or(error))
}

fn parse_repaired<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = String::from_utf8_lossy(body);
    let mut text = without_extremes(&without_lone_surrogates(&text));
    // A map keeps the last of several equal fields, and raw values keep the digits of amounts.
    if let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(&text) {
        text = serde_json::to_string(&fields).ok()?;
    }
    serde_json::from_str(&text).ok()
}

/// Returns a JSON text with U+FFFD in place of each lone surrogate: half of a character that UTF-16 encodes
/// as two units. Node writes one where a text was cut, and strict parsers refuse it. All else stays as it is.
///
/// ```
/// let text = pluggy::without_lone_surrogates(r#"["termos \ud83d", "\ud83d\ude42", "\\ud83d"]"#);
/// assert_eq!(text, r#"["termos \ufffd", "\ud83d\ude42", "\\ud83d"]"#);
/// ```
pub fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = json;
    let mut searched = 0;
    while let Some((before, escape)) = split_at_backslash(rest, searched) {
        let length = match (unit(escape), escape.get(ESCAPE_LENGTH..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE_LENGTH,
            (Some(0xd800..=0xdfff), _) => {
                kept.push_str(before);
                kept.push_str(REPLACEMENT);
                rest = escape.get(ESCAPE_LENGTH..).unwrap_or_default();
                searched = 0;
                continue;
            }
            (Some(_), _) => ESCAPE_LENGTH,
            // The escaped character may be a backslash.
            (None, _) => 2,
        };
        searched = before.len() + length;
    }
    if kept.is_empty() && rest.len() == json.len() {
        return Cow::Borrowed(json);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Splits the text at its first backslash from byte `from`.
fn split_at_backslash(text: &str, from: usize) -> Option<(&str, &str)> {
    let bytes = text.as_bytes().get(from..)?;
    let at = from + bytes.iter().position(|byte| *byte == b'\\')?;
    text.split_at_checked(at)
}

/// Returns the UTF-16 code unit that an escape at the start of the text stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// Returns a JSON text with null in place of each number that the parser refuses and of each list or object
/// that is nested too deep. It does not recurse, so no text overflows the stack.
fn without_extremes(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let mut rest = json;
    let mut depth = 0_usize;
    let mut deepest_starts_at = 0;
    while let Some((token, after)) = rest.split_at_checked(token_length(rest)) {
        match token.as_bytes().first() {
            None => break,
            Some(b'{' | b'[') => {
                depth += 1;
                if depth == MAX_DEPTH + 1 {
                    deepest_starts_at = kept.len();
                }
                kept.push_str(token);
            }
            Some(b'}' | b']') => {
                kept.push_str(token);
                if depth == MAX_DEPTH + 1 {
                    kept.truncate(deepest_starts_at);
                    kept.push_str("null");
                }
                depth = depth.saturating_sub(1);
            }
            Some(b'-' | b'0'..=b'9') if serde_json::from_str::<Value>(token).is_err() => {
                kept.push_str("null");
            }
            Some(_) => kept.push_str(token),
        }
        rest = after;
    }
    kept
}

/// Returns the length of the token at the start of the text: a string, a number, or one character.
fn token_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'"') => string_length(bytes),
        Some(b'-' | b'0'..=b'9') => {
            let is_of_number =
                |byte: &&u8| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9' | b'E' | b'e');
            bytes.iter().take_while(is_of_number).count()
        }
        _ => text.chars().next().map_or(0, char::len_utf8),
    }
}

/// Returns the length of the string at the start of the text, with its quotes.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match text.get(at) {
            None => return text.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Account, Event, Item};

    const ID: &str = r#""id":"9a7b6c5d-0000-4000-8000-000000000001""#;

    fn name(value: &str) -> Option<String> {
        let account: Account = parse(format!(r#"{{{ID},"name":{value}}}"#).as_bytes()).unwrap();
        account.name
    }

    #[test]
    fn half_of_a_character_becomes_the_replacement_character() {
        for (received, read) in [
            (r#""termos \ud83d""#, "termos \u{fffd}"),
            (r#""\uDE42 termos""#, "\u{fffd} termos"),
            (r#""\ud83d\ud83d\ude42\ude42""#, "\u{fffd}\u{1f642}\u{fffd}"),
            (r#""\ud83d\n\\ud83d\u0041""#, "\u{fffd}\n\\ud83dA"),
            (r#""\\\ud83d\"""#, "\\\u{fffd}\""),
        ] {
            assert_eq!(name(received).as_deref(), Some(read), "{received}");
        }
    }

    #[test]
    fn escapes_that_are_no_half_of_a_character_stay() {
        for whole in [
            "",
            "{}",
            r#""\ud83d\ude42""#,
            r#""\\ud83d""#,
            r#""\\\\ud83d""#,
            r#""\ud7ff\ue000\u0041\n""#,
            "\"\u{fffd}\"",
            r"\",
            r"\u",
            r"\ud8",
            "\\u\u{1f642}",
        ] {
            assert!(
                matches!(without_lone_surrogates(whole), Cow::Borrowed(text) if text == whole),
                "{whole}"
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_become_the_replacement_character() {
        let mut body = format!(r#"{{{ID},"status":"UPDATED","clientUserId":"a?b"}}"#).into_bytes();
        for byte in &mut body {
            if *byte == b'?' {
                *byte = 0xff;
            }
        }

        let item: Item = parse(&body).unwrap();

        assert_eq!(item.client_user_id.as_deref(), Some("a\u{fffd}b"));
        assert_eq!(item.status.as_str(), "UPDATED");
    }

    #[test]
    fn the_last_of_equal_fields_counts() {
        let body = format!(
            r#"{{{ID},"status":"UPDATING","status":"UPDATED","error":{{"code":"A","code":"B"}}}}"#
        );
        let account =
            format!(r#"{{{ID},"bankData":{{"closingBalance":1,"closingBalance":0.10}}}}"#);

        let item: Item = parse(body.as_bytes()).unwrap();
        let account: Account = parse(account.as_bytes()).unwrap();

        assert_eq!(item.status.as_str(), "UPDATED");
        assert_eq!(item.error.unwrap().code.unwrap().as_str(), "B");
        let balance = account.bank_data.unwrap().closing_balance;
        assert_eq!(balance.unwrap().as_str(), "0.10");
    }

    #[test]
    fn a_number_that_no_float_holds_is_absent_and_amounts_keep_their_digits() {
        let event = Event::parse(
            br#"{"event":"item/error","itemId":"i","transactionsCount":1e400,"error":{"code":"X","detail":-1E999},"data":{"status":["1e400"]}}"#,
        );
        let account = format!(r#"{{{ID},"balance":0.10,"name":"\ud83d","number":1e400}}"#);

        let event = event.unwrap();
        let account: Account = parse(account.as_bytes()).unwrap();

        assert_eq!(event.item_id.as_deref(), Some("i"));
        assert_eq!(event.error.unwrap().code.as_deref(), Some("X"));
        assert_eq!(event.transactions_count, None);
        assert_eq!(account.balance.unwrap().as_str(), "0.10");
    }

    #[test]
    fn a_value_that_is_nested_too_deep_is_absent_and_overflows_no_stack() {
        const DEPTH: usize = 100_000;
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = format!("{}null{}", open.repeat(DEPTH), close.repeat(DEPTH));
            let unclosed = open.repeat(DEPTH);
            let body = format!(
                r#"{{"event":"item/error","error":{{"code":"X","detail":{deep}}},"itemId":"i"}}"#
            );

            let event = Event::parse(body.as_bytes()).unwrap();

            let error = event.error.unwrap();
            assert_eq!((error.code.as_deref(), error.detail), (Some("X"), None));
            assert_eq!(event.item_id.as_deref(), Some("i"));
            assert!(parse_value(deep.as_bytes()).is_ok());
            for useless in [&unclosed, &format!(r#"{{"event":{unclosed}"#)] {
                assert!(parse_value(useless.as_bytes()).is_err());
                assert_eq!(Event::parse(useless.as_bytes()), None);
            }
        }
    }

    #[test]
    fn what_is_not_json_is_no_body_and_the_error_has_its_position() {
        for body in [
            "",
            "not json",
            "{",
            r#"{"a":1"#,
            r#"{"a":"\ud83d"#,
            r#"{"a":"\"#,
            "{]}",
            "[1,]",
        ] {
            assert!(parse_value(body.as_bytes()).is_err(), "{body}");
        }
        let list = format!(r#"["{}"]"#, "9a7b6c5d-0000-4000-8000-000000000001");
        assert!(
            parse::<Item>(list.as_bytes()).is_err(),
            "a list of the fields"
        );
        let error = parse_value(b"{\"a\":\"\\ud83d\",\n oops}").unwrap_err();

        assert_eq!(error.line(), 1, "of what the strict parser refuses first");
    }
}
