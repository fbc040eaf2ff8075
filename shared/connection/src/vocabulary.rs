//! Phases and actions of the API for frontends.

use serde::Serialize;

/// Declares a closed enum with a name for each variant.
macro_rules! vocabulary {
    ($(#[$outer:meta])* pub enum $name:ident { $( $(#[$inner:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum $name { $( $(#[$inner])* #[serde(rename = $word)] $variant, )+ }

        impl $name {
            /// All variants.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];

            /// Returns the name.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }
    };
}

vocabulary! {
    /// Phase of a connection. The enum is closed, so a frontend may switch on it.
    pub enum Phase {
        /// The first execution is running, or no fetch has succeeded yet.
        Connecting = "connecting",
        /// The user must act now. The execution then continues by itself.
        WaitingUser = "waiting_user",
        /// A later execution is running. Older data is available.
        Updating = "updating",
        /// Everything is collected.
        Ready = "ready",
        /// Some products are collected.
        ReadyPartial = "ready_partial",
        /// The last execution failed; Pluggy repeats it by itself.
        Retrying = "retrying",
        /// The connection has ended or failed. Only the user can restore it.
        Reconnect = "reconnect",
        /// The last execution failed. Neither waiting nor the user can restore it.
        Failed = "failed",
        /// Pluggy reports a state that this version does not know.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// The next action, and who must act.
    pub enum ActionKind {
        /// Nothing.
        None = "none",
        /// Wait; the execution continues by itself.
        Wait = "wait",
        /// The user gives the MFA value that the bank asks for.
        AnswerMfa = "answer_mfa",
        /// The user authorizes the device at the bank; the execution then continues by itself.
        AuthorizeDevice = "authorize_device",
        /// The user, or another holder of the account, acts at the bank.
        ActAtBank = "act_at_bank",
        /// The user repairs the connection in the widget.
        Reconnect = "reconnect",
        /// The user updates the data of a connection that works, in the widget.
        Update = "update",
        /// The user creates a new connection.
        ConnectAgain = "connect_again",
        /// Wait for the bank; it is not available.
        WaitForBank = "wait_for_bank",
        /// The user or the integrator asks for help.
        ContactSupport = "contact_support",
    }
}

/// Purpose of the next connect token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// To update the item in the widget.
    Update,
    /// To create a connection.
    NewConnection,
}
