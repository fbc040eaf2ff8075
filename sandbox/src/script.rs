//! The life cycle of a connection as a list of steps, planned before any of them happens.
//!
//! This module is pure: the caller waits, applies each state to the item and posts the events.

use std::time::Duration;

use crate::catalog;
use crate::connector::{Connector, Parameters};
use crate::failure::Failure;
use crate::input::{Input, LOGIN};
use crate::product::{self, Product};
use crate::step::{Action, Collected, State, Step};
use crate::user::{Behavior, behavior, is_absent};

/// The time limit for an answer to a question.
pub(crate) const INPUT_TIME: Duration = Duration::from_mins(2);

/// The time limit for an action at the bank.
pub(crate) const ACTION_TIME: Duration = Duration::from_mins(5);

/// The time limit for a login on the bank's page.
pub(crate) const LOGIN_PAGE_TIME: Duration = Duration::from_mins(30);

/// The time until the address of the bank's page is known.
const LOGIN_PAGE_OPENS_AFTER: Duration = Duration::from_secs(2);
const LOGIN_TIME: Duration = Duration::from_secs(2);
const PRODUCT_TIME: Duration = Duration::from_secs(1);
const USER_ACTS_AFTER: Duration = Duration::from_secs(5);
/// The delay of the bank Caixa.
const DEVICE_AUTHORIZED_AFTER: Duration = Duration::from_mins(30);

/// The login that decides how an execution goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) parameters: &'a Parameters,
    pub(crate) products: &'a [&'static str],
    /// Whether the bank knows this connection, so that the user need not authorize it again.
    pub(crate) is_known: bool,
}

impl<'a> Login<'a> {
    /// Returns the steps of an execution from its beginning to its end, or to where it needs the user.
    pub(crate) fn script(self) -> Vec<Step> {
        let mut steps = vec![step(PRODUCT_TIME, State::Running("LOGIN_IN_PROGRESS"))];
        match self.behavior() {
            Behavior::Fails(failure) => steps.push(step(LOGIN_TIME, State::Failed(failure))),
            Behavior::Asks(input) => steps.extend(question(input)),
            Behavior::WantsDeviceAuthorized if !self.is_known => {
                steps.push(step(
                    LOGIN_TIME,
                    State::Failed(Failure::USER_AUTHORIZATION_PENDING),
                ));
                steps.push(step(
                    DEVICE_AUTHORIZED_AFTER,
                    State::Running("LOGIN_IN_PROGRESS"),
                ));
                steps.extend(self.collection(LOGIN_TIME));
            }
            _ if self.connector.oauth && !self.is_known => steps.extend(self.login_at_bank()),
            _ if self.connector.has_mfa => steps.extend(question(Input::Token)),
            _ if self.token_is_wrong() => {
                steps.push(step(
                    LOGIN_TIME,
                    State::Failed(Failure::INVALID_CREDENTIALS_MFA),
                ));
            }
            _ => match self.action() {
                None => steps.extend(self.collection(LOGIN_TIME)),
                Some(action) => {
                    steps.push(step(LOGIN_TIME, State::WaitingUserAction(action)));
                    steps.extend(self.collection(USER_ACTS_AFTER));
                }
            },
        }
        steps
    }

    /// Returns the steps after the user has answered.
    pub(crate) fn script_after_answer(self, accepted: bool) -> Vec<Step> {
        if accepted {
            self.collection(LOGIN_TIME)
        } else {
            vec![step(
                LOGIN_TIME,
                State::Failed(Failure::INVALID_CREDENTIALS_MFA),
            )]
        }
    }

    /// Returns the steps after the user has approved or denied access at the bank.
    pub(crate) fn script_after_authorization(self, granted: bool) -> Vec<Step> {
        if granted {
            self.collection(LOGIN_TIME)
        } else {
            vec![step(
                LOGIN_TIME,
                State::Failed(Failure::USER_AUTHORIZATION_NOT_GRANTED),
            )]
        }
    }

    fn behavior(self) -> Behavior {
        // Open Finance has no password here: the user logs in at the bank.
        if self.connector.oauth {
            return Behavior::Succeeds {
                transaction_factor: 1,
            };
        }
        behavior(self.parameter("user"), self.parameter("password"))
    }

    fn token_is_wrong(self) -> bool {
        self.connector
            .renewable_credential()
            .is_some_and(|credential| !Input::Token.accepts(self.parameter(credential.name)))
    }

    fn action(self) -> Option<Action> {
        (self.connector.id == catalog::QR).then_some(Action::ScanQr)
    }

    /// Returns the steps of a login on the bank's page, which an absent user never opens.
    fn login_at_bank(self) -> Vec<Step> {
        let mut steps = vec![
            step(LOGIN_TIME, State::WaitingLogin),
            step(LOGIN_PAGE_OPENS_AFTER, State::LoginPageOpen),
        ];
        if is_absent(self.parameter("cpf")) {
            let failure = Failure::USER_INPUT_TIMEOUT.of_parameter(LOGIN);
            steps.push(step(LOGIN_PAGE_TIME, State::Failed(failure)));
        } else {
            steps.extend(self.collection(USER_ACTS_AFTER));
        }
        steps
    }

    fn collection(self, login_time: Duration) -> Vec<Step> {
        let mut products =
            product::named(self.products).map(|product: &Product| product.execution_status);

        let mut steps = vec![step(
            login_time,
            State::LoggedIn(products.next().unwrap_or("ACCOUNTS_IN_PROGRESS")),
        )];
        steps.extend(products.map(|status| step(PRODUCT_TIME, State::Running(status))));
        steps.push(step(PRODUCT_TIME, State::Merging));
        steps.push(step(PRODUCT_TIME, State::Collected(self.collected())));
        steps
    }

    fn collected(self) -> Collected {
        match self.behavior() {
            Behavior::SucceedsPartly => Collected::Part,
            Behavior::SucceedsWithWarning => Collected::AllWithWarning,
            Behavior::Succeeds { transaction_factor } => Collected::All { transaction_factor },
            Behavior::Asks(_) | Behavior::WantsDeviceAuthorized | Behavior::Fails(_) => {
                Collected::All {
                    transaction_factor: 1,
                }
            }
        }
    }

    fn parameter(self, name: &str) -> &'a str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

fn question(input: Input) -> [Step; 2] {
    [
        step(LOGIN_TIME, State::WaitingUserInput(input)),
        step(
            INPUT_TIME,
            State::Failed(Failure::USER_INPUT_TIMEOUT.of_parameter(input.name())),
        ),
    ]
}

fn step(after: Duration, state: State) -> Step {
    Step { after, state }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTS: [&str; 2] = ["ACCOUNTS", "TRANSACTIONS"];

    fn parameters(user: &str, token: &str) -> Parameters {
        [
            ("user", user),
            ("password", "password-ok"),
            ("token", token),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn states(connector: u32, user: &str, token: &str) -> Vec<State> {
        let connectors = catalog::connectors();
        let login = Login {
            connector: &connectors[&connector],
            parameters: &parameters(user, token),
            products: &PRODUCTS,
            is_known: false,
        };
        login.script().into_iter().map(|step| step.state).collect()
    }

    #[test]
    fn a_success_logs_in_collects_each_product_and_merges() {
        assert_eq!(
            states(2, "user-ok", ""),
            [
                State::Running("LOGIN_IN_PROGRESS"),
                State::LoggedIn("ACCOUNTS_IN_PROGRESS"),
                State::Running("TRANSACTIONS_IN_PROGRESS"),
                State::Merging,
                State::Collected(Collected::All {
                    transaction_factor: 1
                }),
            ]
        );
    }

    #[test]
    fn each_sandbox_user_ends_as_documented() {
        for (user, end) in [
            ("user-ok-account-error", State::Collected(Collected::Part)),
            (
                "user-ok-account-warning",
                State::Collected(Collected::AllWithWarning),
            ),
            (
                "user-ok-perf-3",
                State::Collected(Collected::All {
                    transaction_factor: 3,
                }),
            ),
            (
                "user-ok-auth-pending",
                State::Collected(Collected::All {
                    transaction_factor: 1,
                }),
            ),
            ("user-locked", State::Failed(Failure::ACCOUNT_LOCKED)),
            ("user-logged", State::Failed(Failure::ALREADY_LOGGED_IN)),
            ("somebody", State::Failed(Failure::INVALID_CREDENTIALS)),
        ] {
            assert_eq!(states(2, user, "").last(), Some(&end), "{user}");
        }
    }

    #[test]
    fn a_pending_authorization_takes_half_an_hour() {
        let connectors = catalog::connectors();
        let login = Login {
            connector: &connectors[&2],
            parameters: &parameters("user-ok-auth-pending", ""),
            products: &PRODUCTS,
            is_known: false,
        };

        let script = login.script();

        assert_eq!(
            script[1].state,
            State::Failed(Failure::USER_AUTHORIZATION_PENDING)
        );
        assert_eq!(script[2].after, Duration::from_mins(30));
        let again = Login {
            is_known: true,
            ..login
        }
        .script();
        assert!(
            again
                .iter()
                .all(|step| !matches!(step.state, State::Failed(_)))
        );
    }

    #[test]
    fn a_two_step_connector_asks_and_times_out_without_an_answer() {
        assert_eq!(
            states(5, "user-ok", "")[1..],
            [
                State::WaitingUserInput(Input::Token),
                State::Failed(Failure::USER_INPUT_TIMEOUT.of_parameter("token")),
            ]
        );
    }

    #[test]
    fn a_one_step_connector_takes_the_token_with_the_login() {
        assert!(matches!(
            states(4, "user-ok", "123456").last(),
            Some(State::Collected(_))
        ));
        assert_eq!(
            states(4, "user-ok", "654321").last(),
            Some(&State::Failed(Failure::INVALID_CREDENTIALS_MFA))
        );
    }

    #[test]
    fn the_qr_connector_waits_for_the_user_at_the_bank() {
        assert_eq!(
            states(19, "user-ok", "")[1],
            State::WaitingUserAction(Action::ScanQr)
        );
    }

    fn states_of_login(connector: u32, cpf: &str, is_known: bool) -> Vec<State> {
        let connectors = catalog::connectors();
        let parameters = [("cpf".to_owned(), cpf.to_owned())].into();
        let login = Login {
            connector: &connectors[&connector],
            parameters: &parameters,
            products: &PRODUCTS,
            is_known,
        };
        login.script().into_iter().map(|step| step.state).collect()
    }

    #[test]
    fn open_finance_and_meu_pluggy_wait_for_a_login_whose_page_opens_later() {
        for connector in [601, catalog::MEU_PLUGGY] {
            let states = states_of_login(connector, "00000000000", false);

            assert_eq!(
                states[1..3],
                [State::WaitingLogin, State::LoginPageOpen],
                "{connector}"
            );
            assert!(matches!(states.last(), Some(State::Collected(_))));
        }
    }

    #[test]
    fn a_login_that_the_user_never_makes_times_out() {
        for cpf in ["99999999999", "999.999.999-99"] {
            assert_eq!(
                states_of_login(601, cpf, false)[2..],
                [
                    State::LoginPageOpen,
                    State::Failed(Failure::USER_INPUT_TIMEOUT.of_parameter("oauthCode")),
                ]
            );
        }
    }

    #[test]
    fn a_later_execution_needs_no_login_at_the_bank() {
        let states = states_of_login(601, "00000000000", true);

        assert_eq!(states[1], State::LoggedIn("ACCOUNTS_IN_PROGRESS"));
    }
}
