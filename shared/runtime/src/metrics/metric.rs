//! The catalog of what is counted. docs/metrics.md tells what each one means to an operator.

/// What a figure is measured in, as CloudWatch names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// A time.
    Milliseconds,
    /// A time.
    Seconds,
}

impl Unit {
    /// CloudWatch's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
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
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in CloudWatch.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// What it is measured in.
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
    /// Deliveries that are a new event, now durable.
    DeliveriesStored: Count,
    /// Deliveries of an event that was durable already.
    DeliveriesDuplicate: Count,
    /// Deliveries of a second event under the id of another one; kept beside it.
    DeliveriesReusedId: Count,
    /// Authenticated bodies that are no event; kept.
    DeliveriesUnparsed: Count,
    /// Authenticated events that name another application; kept, not acted on.
    DeliveriesQuarantined: Count,
    /// Deliveries without an accepted secret.
    DeliveriesRejected: Count,
    /// Those of them that look like an event of Pluggy's: the accepted digest is probably wrong.
    DeliveriesRejectedEvent: Count,
    /// Deliveries that Pluggy was asked to repeat.
    DeliveriesPutOff: Count,

    // connect-events
    /// What the widget told a frontend, by event.
    ConnectEvents: Count,
    /// Hints of frontends that are a new event, now durable.
    HintsStored: Count,
    /// Hints of a user about an item, of which there was one in the same five minutes.
    HintsRepeated: Count,

    // item-sync
    /// Answers of Pluggy's about items.
    ItemsFetched: Count,
    /// Items whose state was read at Pluggy and written.
    ItemsStored: Count,
    /// Items that had been read after their events came.
    ItemsSkipped: Count,
    /// Looks that were dropped, since the row holds something newer.
    ItemsStaleDropped: Count,
    /// Items that Pluggy gave no answer about; asked again later.
    ItemsBackedOff: Count,
    /// Items that their batch had no time for; asked again later.
    ItemsDeferred: Count,
    /// Items that Pluggy answered 404 about, without proof yet that they are gone.
    ItemsMissing: Count,
    /// Items that are gone.
    ItemsTombstoned: Count,
    /// Items whose row, or handling, is broken; a person must look.
    ItemsFailed: Count,
    /// Items of which Pluggy names another user than the first one.
    OwnerConflicts: Count,
    /// Looks at items that nobody can see, since Pluggy names no user.
    ItemsWithoutOwner: Count,
    /// Looks that frontends alone asked for, and that found no item of their users'; nothing was
    /// written.
    HintsDropped: Count,
    /// Changes that a check found and no webhook told of.
    ItemsFoundBySchedule: Count,
    /// Connectors whose health was read at Pluggy and written.
    ConnectorsStored: Count,
    /// How long the oldest event of a batch waited.
    StreamAge: Milliseconds,

    // publish
    /// Events that the bus took.
    EventsPublished: Count,
    /// Events that the bus refused, kept in the queue until somebody has them published again.
    EventsDeadLettered: Count,
    /// How long the oldest record of a batch waited to be published.
    PublishAge: Milliseconds,

    // scheduler
    /// Due items that a run looked at. It looks until it has asked for its share of checks, so a
    /// backlog may be longer.
    FetchesDue: Count,
    /// Checks that were asked for.
    FetchesRequested: Count,
    /// For how long the oldest due item has been due.
    OldestOverdue: Seconds,

    // listing
    /// Items that Pluggy listed.
    ItemsListed: Count,
    /// Those of them that we did not know, or knew in an older state.
    ItemsFoundByDiscovery: Count,
    /// Listings that Pluggy refused, since the contract does not have them.
    DiscoveryRefused: Count,

    // webhook-registration
    /// Pluggy has no webhook that points to us.
    WebhookRegistrationMissing: Count,
    /// A webhook with our secret points elsewhere.
    WebhookRegistrationElsewhere: Count,
    /// Our webhook is not for all events.
    WebhookRegistrationNotAllEvents: Count,
    /// Pluggy disabled our webhook.
    WebhookRegistrationDisabled: Count,
    /// Our webhook does not carry a secret that we accept.
    WebhookRegistrationSecretRefused: Count,
    /// Pluggy could not be asked about our webhook.
    WebhookRegistrationUnknown: Count,
}

impl Metric {
    /// Whether it is a measurement, for which zero is a value like any other: that of a condition
    /// ends its alarm.
    pub fn is_gauge(self) -> bool {
        matches!(
            self,
            Self::FetchesDue
                | Self::OldestOverdue
                | Self::PublishAge
                | Self::StreamAge
                | Self::WebhookRegistrationMissing
                | Self::WebhookRegistrationElsewhere
                | Self::WebhookRegistrationNotAllEvents
                | Self::WebhookRegistrationDisabled
                | Self::WebhookRegistrationSecretRefused
                | Self::WebhookRegistrationUnknown
        )
    }
}
