//! Health of connections to an institution, and known incidents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::open_enum::open_enum;
use super::tolerant;

/// Current health of connections to an institution.
///
/// Source: <https://docs.pluggy.ai/reference/connectors-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorHealth {
    /// State of the connector.
    pub status: Option<HealthStatus>,
    /// `BETA` for a new connector; null otherwise.
    pub stage: Option<HealthStage>,
    /// Figures of the last hours, only if requested.
    pub details: Option<HealthDetails>,
    /// Current incidents, worst first; absent if there are none.
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
        /// Connections work.
        Online = "ONLINE",
        /// Connections work at times.
        Unstable = "UNSTABLE",
        /// Connections do not work. Pluggy refuses new ones.
        Offline = "OFFLINE",
    }
}

open_enum! {
    /// Maturity of a connector.
    pub enum HealthStage {
        /// New; some features may be missing.
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
    /// Percentage of successful executions, 0 to 100; null without executions.
    pub connection_rate_last6_hours: Option<serde_json::Number>,
    /// Number of connections; null if unknown.
    pub connections_last6_hours: Option<serde_json::Number>,
    /// Description of the problem. Only npm `pluggy-sdk` has it.
    pub error: Option<String>,
}

/// A current incident, as on Pluggy's status page. Only `id` is required.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Id of the incident on the status page.
    pub id: Uuid,
    /// Title for users.
    pub title: Option<String>,
    /// Description for users.
    pub description: Option<String>,
    /// Type of problem.
    #[serde(rename = "type")]
    pub kind_of_problem: Option<IncidentType>,
    /// Affected product of Pluggy.
    pub product: Option<IncidentProduct>,
    /// Whether it is planned.
    pub kind: Option<IncidentKind>,
    /// Severity.
    pub severity: Option<IncidentSeverity>,
    /// Progress of the incident. Incidents that are over are not listed.
    pub state: Option<IncidentState>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When its description last changed.
    pub updated_at: Option<Timestamp>,
    /// URL of its public page.
    pub url: Option<String>,
}

open_enum! {
    /// Type of problem of an incident.
    pub enum IncidentType {
        /// No connection works.
        ConnectorUnavailable = "CONNECTOR_UNAVAILABLE",
        /// Some connections work.
        ConnectorDegraded = "CONNECTOR_DEGRADED",
        /// The institution itself is down.
        InstitutionOutage = "INSTITUTION_OUTAGE",
        /// Announced maintenance.
        ScheduledMaintenance = "SCHEDULED_MAINTENANCE",
        /// Consents fail.
        ConsentError = "CONSENT_ERROR",
        /// Connections do not update.
        ConnectionNotUpdating = "CONNECTION_NOT_UPDATING",
        /// Executions collect only some products.
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
        /// Webhooks are late.
        WebhookDelay = "WEBHOOK_DELAY",
        /// Payments fail.
        PaymentFailure = "PAYMENT_FAILURE",
        /// Anything else.
        Other = "OTHER",
    }
}

open_enum! {
    /// Product of Pluggy that an incident affects.
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
        /// The infrastructure of all products.
        Infrastructure = "infra",
    }
}

open_enum! {
    /// Kind of an incident: planned or not.
    pub enum IncidentKind {
        /// Not planned.
        Incident = "INCIDENT",
        /// Planned.
        Maintenance = "MAINTENANCE",
    }
}

open_enum! {
    /// Progress of an incident.
    pub enum IncidentState {
        /// The cause is being investigated.
        Investigating = "INVESTIGATING",
        /// The cause is known.
        Identified = "IDENTIFIED",
        /// The fix is applied and monitored.
        Monitoring = "MONITORING",
        /// A maintenance that has started.
        Scheduled = "SCHEDULED",
    }
}

open_enum! {
    /// Severity of an incident.
    pub enum IncidentSeverity {
        /// Slower or less reliable.
        Degraded = "DEGRADED",
        /// Partly down.
        PartialOutage = "PARTIAL_OUTAGE",
        /// Completely down.
        MajorOutage = "MAJOR_OUTAGE",
        /// Under maintenance.
        Maintenance = "MAINTENANCE",
    }
}
