//! The consumption that the engine reports for a request.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html>

use serde_json::Value;

use crate::capacity::Units;

/// Returns the units in the response to `operation`; `None` if there are none.
pub(super) fn units(operation: &str, answer: &Value) -> Option<Units> {
    let consumed = &answer["ConsumedCapacity"];
    let tables = match consumed {
        Value::Array(tables) => tables.as_slice(),
        Value::Object(_) => std::slice::from_ref(consumed),
        _ => return None,
    };
    let of_table = |table: &Value| {
        let indexes = table["GlobalSecondaryIndexes"].as_object();
        let of_indexes = indexes.into_iter().flatten();
        let in_indexes: usize = of_indexes.map(|(_, index)| halves(index)).sum();
        match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => Units {
                writes: halves(table).saturating_sub(in_indexes) / 2,
                index_writes: in_indexes / 2,
                ..Units::default()
            },
            _ => Units {
                half_reads: halves(table),
                ..Units::default()
            },
        }
    };
    Some(tables.iter().map(of_table).sum())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number of halves"
)]
fn halves(consumed: &Value) -> usize {
    let units = consumed["CapacityUnits"].as_f64().unwrap_or_default();
    (units * 2.0).round() as usize
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_units_of_indexes_are_separate_from_those_of_the_table() {
        let answer = json!({"ConsumedCapacity": {
            "TableName": "items", "CapacityUnits": 4.0, "Table": {"CapacityUnits": 2.0},
            "GlobalSecondaryIndexes": {"byNextFetch": {"CapacityUnits": 2.0}},
        }});
        let batch = json!({"ConsumedCapacity": [{"CapacityUnits": 0.5}, {"CapacityUnits": 1.0}]});

        let put = Units {
            writes: 2,
            index_writes: 2,
            half_reads: 0,
        };
        assert_eq!(units("PutItem", &answer), Some(put));
        assert_eq!(units("BatchGetItem", &batch).unwrap().half_reads, 3);
        assert_eq!(units("PutItem", &json!({})), None);
    }
}
