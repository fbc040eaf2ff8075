//! The words in which a frontend is told where a connection stands.

use jiff::Timestamp;
use serde::Serialize;

/// Where a connection stands. A closed vocabulary: a frontend may switch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The first execution runs, or Pluggy has not answered yet.
    Connecting,
    /// The user must do something now, and the execution goes on by itself then.
    WaitingUser,
    /// A later execution runs; older data is there.
    Syncing,
    /// Everything is collected.
    Ready,
    /// Some products are collected.
    ReadyPartial,
    /// The last execution failed; Pluggy repeats it by itself.
    Retrying,
    /// The last execution failed; only the user can mend it.
    Reconnect,
    /// The last execution failed, and neither waiting nor the user mends it.
    Failed,
    /// Pluggy says something that this version does not know.
    Unknown,
}

/// What happens next, and who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Nothing.
    None,
    /// Wait; it goes on by itself.
    Wait,
    /// The user gives the MFA value that the bank asks for.
    AnswerMfa,
    /// The user authorizes the device at the bank; then it goes on by itself.
    AuthorizeDevice,
    /// The user does something at the bank.
    ActAtBank,
    /// The user types the credentials again.
    Reconnect,
    /// The user makes a new connection.
    ConnectAgain,
    /// Wait for the bank; it is not available.
    WaitForBank,
    /// The user or the integrator asks for help.
    ContactSupport,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextAction {
    /// What, and by whom.
    pub kind: ActionKind,
    /// Until when it can be done, if Pluggy says so.
    pub expires_at: Option<Timestamp>,
}

impl NextAction {
    /// Whether the widget in update mode is where the user does it.
    pub fn updates_the_item(&self) -> bool {
        matches!(self.kind, ActionKind::AnswerMfa | ActionKind::Reconnect)
    }
}
