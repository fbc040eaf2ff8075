//! The words in which a frontend is told where a connection stands.

use serde::Serialize;

/// Declares a closed vocabulary: each variant with its word.
macro_rules! vocabulary {
    ($(#[$outer:meta])* pub enum $name:ident { $( $(#[$inner:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum $name { $( $(#[$inner])* #[serde(rename = $word)] $variant, )+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];

            /// Its word.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }
    };
}

vocabulary! {
    /// Where a connection stands. A closed vocabulary: a frontend may switch on it.
    pub enum Phase {
        /// The first execution runs, or Pluggy has not answered yet.
        Connecting = "connecting",
        /// The user must do something now, and the execution goes on by itself then.
        WaitingUser = "waiting_user",
        /// A later execution runs; older data is there.
        Updating = "updating",
        /// Everything is collected.
        Ready = "ready",
        /// Some products are collected.
        ReadyPartial = "ready_partial",
        /// The last execution failed; Pluggy repeats it by itself.
        Retrying = "retrying",
        /// The connection has ended or failed; only the user can mend it.
        Reconnect = "reconnect",
        /// The last execution failed, and neither waiting nor the user mends it.
        Failed = "failed",
        /// Pluggy says something that this version does not know.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// What happens next, and who must act.
    pub enum ActionKind {
        /// Nothing.
        None = "none",
        /// Wait; it goes on by itself.
        Wait = "wait",
        /// The user gives the MFA value that the bank asks for.
        AnswerMfa = "answer_mfa",
        /// The user authorizes the device at the bank; then it goes on by itself.
        AuthorizeDevice = "authorize_device",
        /// The user, or another holder of the account, does something at the bank.
        ActAtBank = "act_at_bank",
        /// The user updates the connection in the widget.
        Reconnect = "reconnect",
        /// The user makes a new connection.
        ConnectAgain = "connect_again",
        /// Wait for the bank; it is not available.
        WaitForBank = "wait_for_bank",
        /// The user or the integrator asks for help.
        ContactSupport = "contact_support",
    }
}

/// For what the app needs a connect token next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// To update the item in the widget.
    Update,
    /// To make a new connection.
    NewConnection,
}
