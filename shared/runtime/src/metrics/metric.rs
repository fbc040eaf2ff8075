//! Catalog of metrics and their dimensions. docs/reference/metrics.md explains each one to operators.

/// Unit of a metric, as CloudWatch names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number.
    Count,
    /// A duration.
    Seconds,
}

impl Unit {
    /// Returns the name in CloudWatch.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

/// A dimension and its value. Each value creates a metric, which costs money. Values must be constants of the
/// code, never input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Name of the widget event.
    ConnectEvent(&'static str),
}

impl Dimension {
    /// Returns the name in CloudWatch.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectEvent(_) => "ConnectEvent",
        }
    }

    /// Returns the value in this record.
    pub fn value(self) -> &'static str {
        match self {
            Self::ConnectEvent(value) => value,
        }
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])+ $name:ident: $unit:ident,)+) => {
        /// A metric of this deployment, in the namespace that is the stack's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric {
            $($(#[$doc])+ $name,)+
        }

        impl Metric {
            /// All metrics.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the name in CloudWatch.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// Returns the unit.
            pub fn unit(self) -> Unit {
                match self {
                    $(Self::$name => Unit::$unit,)+
                }
            }
        }
    };
}

metrics! {
    // webhook
    /// Deliveries of a new event, now durable.
    DeliveriesStored: Count,
    /// Deliveries of an event that was already stored.
    DeliveriesDuplicate: Count,
    /// Deliveries of a second event with the id of another one; stored beside it.
    DeliveriesReusedId: Count,
    /// Authenticated bodies that are not events; stored.
    DeliveriesUnparsed: Count,
    /// Authenticated events that name another application; stored in quarantine.
    DeliveriesQuarantined: Count,
    /// Deliveries without an accepted secret that have the header or look like a Pluggy event. Lambda's
    /// `Url4xxCount` counts the others.
    DeliveriesRejected: Count,
    /// Rejected deliveries that look like a Pluggy event: the accepted digest is probably wrong.
    DeliveriesRejectedEvent: Count,
    /// Deliveries with a 503 response, which Pluggy retries.
    DeliveriesPutOff: Count,

    // connect-events
    /// Widget events that frontends relayed, by name.
    ConnectEvents: Count,
    /// Hints that are a new event, now durable.
    HintsStored: Count,
    /// Hints of a user about an item that repeat one of the same five minutes.
    HintsRepeated: Count,
    /// Hints beyond the quota of their user; not stored.
    HintsOverLimit: Count,

    // connect-token, disconnect
    /// Requests with a 429 response, because their user has reached a limit.
    RequestsOverLimit: Count,
    /// Users who have reached a limit: each counts once for each limit in ten minutes.
    UsersOverLimit: Count,

    // item-sync
    /// Responses of Pluggy about items.
    ItemsFetched: Count,
    /// Items that were fetched from Pluggy and written.
    ItemsStored: Count,
    /// Items that had been fetched after their events arrived.
    ItemsSkipped: Count,
    /// Fetches that were dropped because the row holds newer data.
    ItemsStaleDropped: Count,
    /// Items without a response from Pluggy; fetched again later.
    ItemsBackedOff: Count,
    /// Items that their batch had no time or calls for; fetched later.
    ItemsDeferred: Count,
    /// Batches, and runs of discovery, in which Pluggy limited the rate of our calls.
    CallsLimited: Count,
    /// Items with a 404 from Pluggy, without proof yet that they are gone.
    ItemsMissing: Count,
    /// Items that are gone.
    ItemsTombstoned: Count,
    /// Items whose row or handling is broken; a person must act.
    ItemsFailed: Count,
    /// Items for which Pluggy names another user than the first one.
    OwnerConflicts: Count,
    /// Fetches of items that nobody can see, because Pluggy names no user.
    ItemsWithoutOwner: Count,
    /// Fetches that only frontends requested, of items that do not belong to their users. Nothing was
    /// written.
    HintsDropped: Count,
    /// Changes that a scheduled fetch found and no webhook reported.
    ItemsFoundBySchedule: Count,
    /// Connectors whose health was fetched from Pluggy and written.
    ConnectorsStored: Count,

    // publish
    /// Events that the bus accepted.
    EventsPublished: Count,
    /// Events that the bus refused; kept in the dead-letter queue until they are republished.
    EventsDeadLettered: Count,
    /// Connections that changed into the phase `connecting`. The other phases have one each, too.
    ConnectionsConnecting: Count,
    /// Into `waiting_user`.
    ConnectionsWaitingUser: Count,
    /// Into `updating`.
    ConnectionsUpdating: Count,
    /// Into `ready`.
    ConnectionsReady: Count,
    /// Into `ready_partial`.
    ConnectionsReadyPartial: Count,
    /// Into `retrying`.
    ConnectionsRetrying: Count,
    /// Into `reconnect`.
    ConnectionsReconnect: Count,
    /// Into `failed`.
    ConnectionsFailed: Count,
    /// Into `unknown`.
    ConnectionsUnknown: Count,

    // scheduler
    /// Due fetches that a run handled. A run ends when it has requested its maximum, so a backlog may be longer.
    FetchesDue: Count,
    /// Fetches that the scheduler requested.
    FetchesRequested: Count,
    /// Time since the oldest due fetch became due.
    OldestOverdue: Seconds,

    // discovery
    /// Items that Pluggy listed.
    ItemsListed: Count,
    /// Listed items that were unknown, or newer than their row.
    ItemsFoundByDiscovery: Count,
    /// Lists that Pluggy refused, because the contract does not include them.
    DiscoveryRefused: Count,

    // webhook-registration
    /// Problems of the webhook registration at Pluggy; the log line names them. Absent while it cannot be read.
    WebhookRegistrationProblems: Count,
}

impl Metric {
    /// Whether the metric is a gauge, for which zero is a value: a zero ends the alarm of its condition.
    pub fn is_gauge(self) -> bool {
        matches!(
            self,
            Self::FetchesDue | Self::OldestOverdue | Self::WebhookRegistrationProblems
        )
    }
}
