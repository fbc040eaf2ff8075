use std::time::Duration;

use crate::failure::Failure;
use crate::input::Input;

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The time since the previous step, at Pluggy's speed.
    pub(crate) after: Duration,
    pub(crate) state: State,
}

/// The state of a connection after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The execution is running.
    Running(&'static str),
    /// The execution is running, and the institution has just accepted the credentials.
    LoggedIn(&'static str),
    /// The collected data is being stored.
    Merging,
    /// The user must answer.
    WaitingUserInput(Input),
    /// The user must log in on the bank's page, whose address is not known yet.
    WaitingLogin,
    /// The user must log in on the bank's page.
    LoginPageOpen,
    /// The user must act at the bank.
    WaitingUserAction(Action),
    /// The execution ended well or partly well.
    Collected(Collected),
    /// The execution ended badly.
    Failed(Failure),
}

/// An action that the user must take at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Scan a code.
    ScanQr,
}

/// The result of a successful execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collected {
    /// With everything.
    All { transaction_factor: u32 },
    /// With everything and a remark.
    AllWithWarning,
    /// Without one product.
    Part,
}
