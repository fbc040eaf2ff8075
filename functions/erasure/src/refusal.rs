//! The consequence of a failed call to Pluggy: wait and call again, report the item, or give up the command.

use std::time::Duration;

use client::Error;
use jiff::SignedDuration;

/// Wait after a failure for which Pluggy names none.
const SHORT_WAIT: Duration = Duration::from_secs(30);
/// Wait for an item that Pluggy cannot delete now, such as during an execution.
const LONG_WAIT: Duration = Duration::from_mins(2);
/// How long after the marker the erasure waits for an item, before it reports it.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Statuses with which Pluggy refuses an item for now.
const FOR_NOW: [u16; 3] = [409, 423, 425];

/// Meaning of a failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The item is left to a later call of the command.
    Wait(Duration),
    /// No other call of Pluggy succeeds for now.
    WaitWithAll(Duration),
    /// Pluggy does not do it. The receipt has the reason.
    Report(String),
    /// Every call fails until a person changes something.
    GiveUp,
}

/// Returns the meaning of a failed call about an item. The erasure has been running for so long.
pub(crate) fn refusal(error: &Error, running_for: SignedDuration) -> Refusal {
    match error {
        Error::RateLimited { retry_after } => Refusal::WaitWithAll(*retry_after),
        Error::KeyStore(_) => Refusal::Wait(SHORT_WAIT),
        Error::Unavailable { .. } if running_for < PATIENCE => Refusal::Wait(SHORT_WAIT),
        Error::Unavailable { .. } => Refusal::Report("no answer".to_owned()),
        Error::Rejected { status, .. } if FOR_NOW.contains(status) && running_for < PATIENCE => {
            Refusal::Wait(LONG_WAIT)
        }
        Error::Rejected { status, code, .. } => {
            let code = code.as_deref().filter(|code| is_machine_code(code));
            Refusal::Report(code.map_or_else(|| format!("status {status}"), str::to_owned))
        }
        Error::Unreadable(_) => Refusal::Report("an answer that cannot be read".to_owned()),
        Error::CredentialsRefused { .. }
        | Error::OtherApplication
        | Error::KeyRefused
        | Error::Credentials(_) => Refusal::GiveUp,
    }
}

/// Whether a text is a code, and not a sentence, which may name a user.
fn is_machine_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(status: u16, code: &str) -> Error {
        Error::Rejected {
            status,
            code: Some(code.to_owned()),
            error_id: None,
        }
    }

    #[test]
    fn a_refusal_for_now_is_waited_for_and_reported_after_a_day() {
        let error = rejected(409, "ITEM_IS_UPDATING");
        let hours = SignedDuration::from_hours;

        assert_eq!(refusal(&error, hours(23)), Refusal::Wait(LONG_WAIT));
        assert_eq!(
            refusal(&error, hours(24)),
            Refusal::Report("ITEM_IS_UPDATING".to_owned())
        );
    }

    #[test]
    fn a_reported_reason_is_a_code_and_no_sentence() {
        for (code, expected) in [
            ("ACCESS_DENIED", "ACCESS_DENIED"),
            ("Maria may not do this", "status 403"),
            ("", "status 403"),
        ] {
            let refusal = refusal(&rejected(403, code), SignedDuration::ZERO);

            assert_eq!(refusal, Refusal::Report(expected.to_owned()));
        }
    }

    #[test]
    fn a_limit_stops_every_call_and_wrong_credentials_the_command() {
        let retry_after = Duration::from_secs(7);
        let limited = Error::RateLimited { retry_after };

        assert_eq!(
            refusal(&limited, SignedDuration::from_hours(100)),
            Refusal::WaitWithAll(retry_after)
        );
        assert_eq!(
            refusal(&Error::KeyRefused, SignedDuration::ZERO),
            Refusal::GiveUp
        );
    }
}
