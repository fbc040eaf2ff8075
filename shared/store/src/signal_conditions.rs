//! Conditions on a row's pending signal. Only a response that cannot be older than its event settles it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::{text, time};
use super::{PendingSignal, Schedule};

/// Values of a condition.
pub(super) type Values = HashMap<String, AttributeValue>;

/// Returns a signal as the value of its attribute.
pub(super) fn signal(signal: PendingSignal) -> AttributeValue {
    text(signal.as_str())
}

/// Returns the signals for which `is_included` holds, as values of a condition.
pub(super) fn signals(is_included: impl Fn(PendingSignal) -> bool) -> Values {
    let included = PendingSignal::ALL.into_iter().filter(|it| is_included(*it));
    included
        .map(|it| (format!(":{}", it.as_str()), signal(it)))
        .collect()
}

/// Returns the condition that the row has none of these signals. A signal that this version does not know is none of them.
pub(super) fn has_none_of(signals: &Values) -> String {
    let names: Vec<&str> = signals.keys().map(String::as_str).collect();
    format!("(NOT pendingSignal IN ({}))", names.join(", "))
}

/// Returns the condition that the row has no pending signal, or still the one of a schedule that was read, and its values.
pub(super) fn signal_is_as_read(read: &Schedule) -> (String, Values) {
    let mut values = signals(|_| true);
    let has_none = has_none_of(&values);
    let Some(pending) = read.pending_signal else {
        return (has_none, values);
    };
    values.insert(":readSignal".to_owned(), signal(pending));
    let is_due_as_read = match read.next_fetch_at {
        Some(next_fetch_at) => {
            values.insert(":readNextFetchAt".to_owned(), time(next_fetch_at));
            "nextFetchAt = :readNextFetchAt"
        }
        None => "attribute_not_exists(nextFetchAt)",
    };
    let condition = format!("({has_none} OR (pendingSignal = :readSignal AND {is_due_as_read}))");
    (condition, values)
}
