//! Detail types of the events on the bus.

use connection::ConsentStage;

use crate::item::News;

/// Maximum length of a detail type, in characters.
const MAX_DETAIL_TYPE_CHARACTERS: usize = 128;

/// Returns `item.` and the phase, or what else is new about the item.
pub(crate) fn item(news: News) -> String {
    match news {
        News::Phase(phase) => format!("item.{}", phase.as_str()),
        News::Changed => "item.changed".to_owned(),
        News::Deleted => "item.deleted".to_owned(),
    }
}

/// Returns `consent.expiring` until the consent has expired.
pub(crate) fn consent(stage: ConsentStage) -> String {
    let name = match stage {
        ConsentStage::ThirtyDays | ConsentStage::SevenDays | ConsentStage::OneDay => "expiring",
        ConsentStage::Expired => "expired",
    };
    format!("consent.{name}")
}

/// Returns `webhook.` and the event's name, without characters that EventBridge refuses.
pub(crate) fn webhook(event: &str) -> String {
    let detail_type = format!("webhook.{event}");
    let is_taken = detail_type.chars().count() <= MAX_DETAIL_TYPE_CHARACTERS
        && !detail_type.chars().any(is_refused);
    if is_taken && !event.is_empty() {
        detail_type
    } else {
        "webhook.unnamed".to_owned()
    }
}

/// Returns whether EventBridge refuses the character in a detail type, or SQS in a message that contains one.
fn is_refused(character: char) -> bool {
    character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_eventbridge_does_not_take_is_left_out_of_the_detail_type() {
        for name in ["", "a\u{0}b", "a\nb", "a\u{ffff}", &"é".repeat(121)] {
            assert_eq!(webhook(name), "webhook.unnamed", "{name:?}");
        }
        for name in ["item/created", "benefits/new", "é", &"é".repeat(120)] {
            assert_eq!(webhook(name), format!("webhook.{name}"));
        }
    }
}
