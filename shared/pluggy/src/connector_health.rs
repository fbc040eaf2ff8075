//! How well connections to an institution work, and what is known to be wrong.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::open_enum::open_enum;
use super::tolerant;

/// How well connections to an institution work at the moment.
///
/// Source: <https://docs.pluggy.ai/reference/connectors-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorHealth {
    /// The state.
    pub status: Option<HealthStatus>,
    /// `BETA` for a new connector; null otherwise.
    pub stage: Option<HealthStage>,
    /// Figures of the last hours; only where they are asked for.
    pub details: Option<HealthDetails>,
    /// What is known to be wrong now, worst first; absent if nothing is.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub incidents: Option<Vec<Incident>>,
}

open_enum! {
    /// State of a connector.
    pub enum HealthStatus {
        /// Works.
        Online = "ONLINE",
        /// Works at times.
        Unstable = "UNSTABLE",
        /// Does not work; Pluggy refuses new connections.
        Offline = "OFFLINE",
    }
}

open_enum! {
    /// Maturity of a connector.
    pub enum HealthStage {
        /// New; some things may be missing.
        Beta = "BETA",
    }
}

/// Figures of the last six hours.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthDetails {
    /// Percentage of executions that worked, 0 to 100; null without any.
    pub connection_rate_last6_hours: Option<serde_json::Number>,
    /// How many connections there were; null if that is not known.
    pub connections_last6_hours: Option<serde_json::Number>,
    /// What is wrong, in words; only npm `pluggy-sdk` has it.
    pub error: Option<String>,
}

/// Something that is wrong now, as on Pluggy's status page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Its id on the status page.
    pub id: Uuid,
    /// One line for users.
    pub title: String,
    /// More lines.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// What is broken.
    #[serde(rename = "type")]
    pub kind_of_problem: IncidentType,
    /// Which of Pluggy's products it affects.
    pub product: IncidentProduct,
    /// Planned or not.
    pub kind: IncidentKind,
    /// How badly.
    pub severity: IncidentSeverity,
    /// How far along it is. One that is over is not listed.
    pub state: IncidentState,
    /// When it began.
    pub started_at: Timestamp,
    /// When its description changed last.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub updated_at: Option<Timestamp>,
    /// Its page, which users may see.
    pub url: String,
}

open_enum! {
    /// What is broken.
    pub enum IncidentType {
        /// No connection works.
        ConnectorUnavailable = "CONNECTOR_UNAVAILABLE",
        /// Some connections work.
        ConnectorDegraded = "CONNECTOR_DEGRADED",
        /// The institution itself is down.
        InstitutionOutage = "INSTITUTION_OUTAGE",
        /// Maintenance that was announced.
        ScheduledMaintenance = "SCHEDULED_MAINTENANCE",
        /// Consents fail.
        ConsentError = "CONSENT_ERROR",
        /// Connections do not update.
        ConnectionNotUpdating = "CONNECTION_NOT_UPDATING",
        /// Executions end in part.
        PartialSuccess = "PARTIAL_SUCCESS",
        /// Accounts are missing.
        AccountsMissing = "ACCOUNTS_MISSING",
        /// Balances are wrong.
        BalanceIncorrect = "BALANCE_INCORRECT",
        /// Transactions are missing.
        TransactionsMissing = "TRANSACTIONS_MISSING",
        /// Transactions are wrong.
        TransactionsIncorrect = "TRANSACTIONS_INCORRECT",
        /// Installments are wrong.
        TransactionsInstallmentsIssue = "TRANSACTIONS_INSTALLMENTS_ISSUE",
        /// Investments are missing.
        InvestmentsMissing = "INVESTMENTS_MISSING",
        /// Investments are wrong.
        InvestmentsIncorrect = "INVESTMENTS_INCORRECT",
        /// Identities are missing.
        IdentityMissing = "IDENTITY_MISSING",
        /// Older data is missing.
        HistoricalDataMissing = "HISTORICAL_DATA_MISSING",
        /// Webhooks come late.
        WebhookDelay = "WEBHOOK_DELAY",
        /// Payments fail.
        PaymentFailure = "PAYMENT_FAILURE",
        /// Anything else.
        Other = "OTHER",
    }
}

open_enum! {
    /// Which of Pluggy's products an incident affects.
    pub enum IncidentProduct {
        /// Data.
        Data = "dados",
        /// Payment initiation.
        PaymentInitiation = "pis",
        /// Scheduled payments.
        ScheduledPayments = "pis-agendado",
        /// Automatic Pix.
        AutomaticPix = "pixauto",
        /// Smart transfers.
        SmartTransfers = "smart",
        /// The infrastructure below all of them.
        Infrastructure = "infra",
    }
}

open_enum! {
    /// Whether an incident was planned.
    pub enum IncidentKind {
        /// Not planned.
        Incident = "INCIDENT",
        /// Planned.
        Maintenance = "MAINTENANCE",
    }
}

open_enum! {
    /// How far along an incident is.
    pub enum IncidentState {
        /// The cause is looked for.
        Investigating = "INVESTIGATING",
        /// The cause is known.
        Identified = "IDENTIFIED",
        /// It is mended, and watched.
        Monitoring = "MONITORING",
        /// A maintenance whose time has come.
        Scheduled = "SCHEDULED",
    }
}

open_enum! {
    /// How badly an institution is affected.
    pub enum IncidentSeverity {
        /// Slower or less reliable.
        Degraded = "DEGRADED",
        /// Down in part.
        PartialOutage = "PARTIAL_OUTAGE",
        /// Down.
        MajorOutage = "MAJOR_OUTAGE",
        /// Under maintenance.
        Maintenance = "MAINTENANCE",
    }
}
