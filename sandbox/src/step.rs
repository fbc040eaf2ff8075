use std::time::Duration;

use crate::failure::Failure;
use crate::input::Input;

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The time since the step before, at Pluggy's speed.
    pub(crate) after: Duration,
    pub(crate) state: State,
}

/// What a connection is doing after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Something is going on.
    Running(&'static str),
    /// The same, and the institution has just accepted the credentials.
    LoggedIn(&'static str),
    /// What was collected is being stored.
    Merging,
    /// The user must answer.
    WaitingUserInput(Input),
    /// The user must act at the bank.
    WaitingUserAction(Action),
    /// The execution ended well or partly well.
    Collected(Collected),
    /// The execution ended badly.
    Failed(Failure),
}

/// What the user must do at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Scan a code.
    ScanQr,
    /// Approve the access.
    AuthorizeAccess,
}

/// How well an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collected {
    /// With everything.
    All { transaction_factor: u32 },
    /// With everything and a remark.
    AllWithWarning,
    /// Without one product.
    Part,
}
