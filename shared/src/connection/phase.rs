//! The words in which a frontend is told where a connection stands.

use serde::Serialize;

/// Declares a closed vocabulary, whose words are the variants' names in `snake_case`.
macro_rules! vocabulary {
    ($(#[$outer:meta])* pub enum $name:ident { $( $(#[$inner:meta])* $variant:ident, )+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $( $(#[$inner])* $variant, )+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];
        }
    };
}

vocabulary! {
    /// Where a connection stands. A closed vocabulary: a frontend may switch on it.
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
        /// The connection has ended or failed; only the user can mend it.
        Reconnect,
        /// The last execution failed, and neither waiting nor the user mends it.
        Failed,
        /// Pluggy says something that this version does not know.
        Unknown,
    }
}

vocabulary! {
    /// What happens next, and who must act.
    pub enum ActionKind {
        /// Nothing.
        None,
        /// Wait; it goes on by itself.
        Wait,
        /// The user gives the MFA value that the bank asks for.
        AnswerMfa,
        /// The user authorizes the device at the bank; then it goes on by itself.
        AuthorizeDevice,
        /// The user, or another holder of the account, does something at the bank.
        ActAtBank,
        /// The user updates the connection in the widget.
        Reconnect,
        /// The user makes a new connection.
        ConnectAgain,
        /// Wait for the bank; it is not available.
        WaitForBank,
        /// The user or the integrator asks for help.
        ContactSupport,
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
