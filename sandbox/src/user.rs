//! The behavior of each of Pluggy's sandbox users, and of one whose bank's text is cut in the middle of a character.

use crate::failure::Failure;
use crate::input::Input;

/// The password of every sandbox user.
const PASSWORD: &str = "password-ok";

/// A text that was cut before the second half of its last character, see [`crate::odd::HALF`].
const CUT_TEXT: &str = "Aceite os termos \u{e000}";
/// The CPF of the user who never logs in on the bank's page. No CPF repeats one digit, so it is nobody's.
const ABSENT_CPF: &str = "99999999999";

/// The maximum factor of Pluggy for the transactions of `user-ok-perf-{x}`.
const MAX_TRANSACTION_FACTOR: u32 = 5000;

/// Returns the number of a user's accounts that are not cards.
pub(crate) fn checking_accounts(user: &str) -> u32 {
    if user == "user-ok-two-checking-accounts" {
        2
    } else {
        1
    }
}

/// The behavior of the institution for one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// Everything is collected, with the usual number of transactions times this factor.
    Succeeds { transaction_factor: u32 },
    /// Everything but one product is collected.
    SucceedsPartly,
    /// Everything is collected, with a remark.
    SucceedsWithWarning,
    /// The user must answer a question after the login.
    Asks(Input),
    /// The user must approve the device at the bank, which takes about half an hour.
    WantsDeviceAuthorized,
    /// Nothing is collected.
    Fails(Failure),
}

/// Returns whether the user with this CPF, with or without punctuation, never logs in on the bank's page.
pub(crate) fn is_absent(cpf: &str) -> bool {
    cpf.bytes()
        .filter(u8::is_ascii_digit)
        .eq(ABSENT_CPF.bytes())
}

/// Returns the behavior for a user name and password.
pub(crate) fn behavior(user: &str, password: &str) -> Behavior {
    if password != PASSWORD {
        return Behavior::Fails(Failure::INVALID_CREDENTIALS);
    }
    if let Some(factor) = user.strip_prefix("user-ok-perf-") {
        return performance(factor);
    }
    match user {
        "user-ok" | "user-ok-two-checking-accounts" | "user-ok-multi-company" => {
            Behavior::Succeeds {
                transaction_factor: 1,
            }
        }
        "user-ok-account-error" => Behavior::SucceedsPartly,
        "user-ok-account-warning" => Behavior::SucceedsWithWarning,
        "user-ok-auth-pending" => Behavior::WantsDeviceAuthorized,
        "user-ok-img" => Behavior::Asks(Input::Image),
        "user-ok-select" => Behavior::Asks(Input::Select),
        "user-ok-phone" => Behavior::Asks(Input::Phone),
        "user-logged" => Behavior::Fails(Failure::ALREADY_LOGGED_IN),
        "user-locked" => Behavior::Fails(Failure::ACCOUNT_LOCKED),
        "user-error" => Behavior::Fails(Failure::UNEXPECTED_ERROR),
        "user-unavailable" => Behavior::Fails(Failure::SITE_NOT_AVAILABLE),
        "user-account-need-actions" => Behavior::Fails(Failure::ACCOUNT_NEEDS_ACTION),
        "user-account-need-actions-provider-message" => Behavior::Fails(
            Failure::ACCOUNT_NEEDS_ACTION
                .with_provider_message("Aceite os novos termos no aplicativo do banco."),
        ),
        "user-account-need-actions-cut-message" => Behavior::Fails(
            Failure::ACCOUNT_NEEDS_ACTION
                .with_message(CUT_TEXT)
                .with_provider_message(CUT_TEXT),
        ),
        "user-connection-error" => Behavior::Fails(Failure::CONNECTION_ERROR),
        "user-account-credentials-reset" => Behavior::Fails(Failure::ACCOUNT_CREDENTIALS_RESET),
        "user-not-supported" => Behavior::Fails(Failure::USER_NOT_SUPPORTED),
        _ => Behavior::Fails(Failure::INVALID_CREDENTIALS),
    }
}

fn performance(factor: &str) -> Behavior {
    match factor.parse::<u32>() {
        Ok(factor) => Behavior::Succeeds {
            transaction_factor: factor.clamp(1, MAX_TRANSACTION_FACTOR),
        },
        Err(_) => Behavior::Fails(Failure::INVALID_CREDENTIALS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_or_an_unknown_user_means_invalid_credentials() {
        for (user, password) in [
            ("user-ok", "wrong"),
            ("nobody", PASSWORD),
            ("user-ok-perf-x", PASSWORD),
        ] {
            assert_eq!(
                behavior(user, password),
                Behavior::Fails(Failure::INVALID_CREDENTIALS)
            );
        }
    }

    #[test]
    fn a_performance_user_has_at_most_five_thousand_times_the_transactions() {
        for (user, transaction_factor) in [("user-ok-perf-7", 7), ("user-ok-perf-99999", 5000)] {
            assert_eq!(
                behavior(user, PASSWORD),
                Behavior::Succeeds { transaction_factor }
            );
        }
    }
}
