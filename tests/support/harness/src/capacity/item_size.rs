//! The size of a row, as DynamoDB counts it.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>

use serde_json::Value;

use super::Item;

/// The overhead of a list or a map.
const CONTAINER: usize = 3;
/// The overhead of each element of a list or a map.
const ELEMENT: usize = 1;

/// Returns the size of a row in bytes. The documented size of a number is approximate.
pub(crate) fn item_size(item: &Item) -> usize {
    let attributes = item
        .iter()
        .map(|(name, value)| name.len() + value_size(value));
    attributes.sum()
}

/// Returns the size of a value: an object with one type and its value.
fn value_size(value: &Value) -> usize {
    let typed = value.as_object().and_then(|value| value.iter().next());
    let Some((kind, value)) = typed else {
        return 0;
    };
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(number)) => number_size(number),
        ("B", Value::String(base64)) => bytes_of_base64(base64),
        ("SS", Value::Array(set)) => sum(set, str::len),
        ("NS", Value::Array(set)) => sum(set, number_size),
        ("BS", Value::Array(set)) => sum(set, bytes_of_base64),
        ("L", Value::Array(list)) => {
            let elements = list.iter().map(|value| ELEMENT + value_size(value));
            CONTAINER + elements.sum::<usize>()
        }
        ("M", Value::Object(map)) => CONTAINER + ELEMENT * map.len() + item_size(map),
        // Null and Boolean.
        _ => 1,
    }
}

fn sum(set: &[Value], size: impl Fn(&str) -> usize) -> usize {
    set.iter().filter_map(Value::as_str).map(size).sum()
}

/// Returns the size of a number: one byte for two significant digits, plus one. A sign costs one more.
fn number_size(number: &str) -> usize {
    let sign = usize::from(number.starts_with('-'));
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = if mantissa.contains('.') {
        digits.trim_start_matches('0')
    } else {
        digits.trim_matches('0')
    };
    significant.len().div_ceil(2) + 1 + sign
}

fn bytes_of_base64(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: Value, expected: usize) {
        let item = json!({ "four": value });

        assert_eq!(item_size(item.as_object().unwrap()), 4 + expected, "{item}");
    }

    #[test]
    fn each_type_has_its_size() {
        check(json!({"S": "é"}), 2);
        check(json!({"N": "0"}), 1);
        check(json!({"N": "1795435200000"}), 5);
        check(json!({"N": "1795435212345"}), 8);
        check(json!({"N": "-12.5"}), 4);
        check(json!({"B": "AAECAw=="}), 4);
        check(json!({"BOOL": true}), 1);
        check(json!({"NULL": true}), 1);
        check(json!({"SS": ["ab", "c"]}), 3);
        check(json!({"L": [{"S": "ab"}, {"NULL": true}]}), 3 + 2 + 2 + 1);
        check(json!({"M": {"a": {"S": "bc"}}}), 3 + 1 + 1 + 2);
    }
}
