//! Everything that is known of an item.

use maud::{Markup, html};
use serde_json::json;

use super::{Page, badge, fact, text};
use crate::item_report::{ErrorLine, ProductLine, Row};
use crate::{Connection, EventLine, ItemReport, ScheduleReport, SnapshotReport};

impl Page<'_> {
    pub(super) fn item(&self, report: &ItemReport) -> Markup {
        let snapshot = report.snapshot.as_ref();
        let bank = snapshot.and_then(|snapshot| snapshot.connector.as_ref()?.name.as_deref());
        html! {
            h2 {
                (bank.unwrap_or("Item"))
                @if report.row.is_readable() { " " (badge(report.connection.as_ref())) }
            }
            @if !report.is_known() { p class="problem" { "No item is known by this id." } }
            div class="facts" {
                section { h3 { "State" } dl { (self.state(report)) } }
                @if let Some(schedule) = &report.schedule { section { h3 { "Fetches" } dl { (self.schedule(schedule, snapshot)) } } }
                @if let Some(snapshot) = snapshot { section { h3 { "At Pluggy" } dl { (self.snapshot(snapshot)) } } }
            }
            (self.timeline(report))
        }
    }

    pub(super) fn next_fetch(&self, schedule: &ScheduleReport) -> Markup {
        html! {
            @match schedule.next_fetch_at { Some(time) => (self.when(time)), None => "none" }
            @if schedule.overdue_seconds.is_some() { " " strong { "overdue" } }
        }
    }

    fn state(&self, report: &ItemReport) -> Markup {
        let row = match report.row {
            Row::Absent => "none",
            Row::Unreadable => "cannot be read because of the attribute ",
            Row::Placeholder => "a placeholder: no fetch has succeeded yet",
            Row::Fetched => "fetched",
            Row::Tombstone => "a tombstone",
        };
        html! {
            (fact("Item", text(report.item_id.to_string())))
            (fact("Row", Some(html! { (row) @if let Some(attribute) = report.unreadable { (attribute) } })))
            @if report.unconfirmed { (fact("Unconfirmed", text("no event of Pluggy's names it, and it was never fetched"))) }
            @if report.row.is_readable() { (fact("Owner", Some(self.owner(report)))) }
            @if let Some(connection) = &report.connection { (self.connection(connection)) }
            (fact("Created", self.maybe_when(report.created_at)))
            (fact("Deleted", self.maybe_when(report.deleted_at)))
        }
    }

    fn owner(&self, report: &ItemReport) -> Markup {
        let provenance = match report.owner_provenance {
            Some("response") => "by Pluggy's response",
            Some("event") => "by an event only",
            Some("import") => "by an operator only",
            other => other.unwrap_or_default(),
        };
        html! {
            @match &report.owner {
                Some(owner) => {
                    (self.action(owner.as_str(), &json!({"clientUserId": owner.as_str()})))
                    " " (provenance)
                }
                None => "nobody"
            }
        }
    }

    fn connection(&self, connection: &Connection) -> Markup {
        html! {
            (fact("Reason", Some(html! { code { (connection.reason) } ": " (connection.why) })))
            (fact("Next action", Some(html! {
                code { (connection.next_action.as_str()) }
                @if let Some(until) = connection.expires_at { ", until " (self.when(until)) }
            })))
            (fact("The app says", text(connection.message)))
        }
    }

    fn schedule(&self, schedule: &ScheduleReport, snapshot: Option<&SnapshotReport>) -> Markup {
        let fetched_at = snapshot.map(|snapshot| snapshot.fetched_at);
        html! {
            (fact("Last success", self.maybe_when(fetched_at)))
            (fact("Next fetch", Some(self.next_fetch(schedule))))
            @if schedule.fetch_failures > 0 { (fact("Failures", text(format!("{} in a row", schedule.fetch_failures)))) }
            @if let Some(error) = &schedule.last_error {
                (fact("Last error", Some(html! {
                    (error.reason) ", " (self.when(error.at))
                    @if let Some(id) = &error.error_id { ", Pluggy's error id " code { (id) } }
                })))
            }
            @if let Some(signal) = schedule.pending_signal {
                (fact("Signal", text(format!("{signal}, not yet confirmed by a fetch"))))
            }
            @if schedule.confirming_fetches > 0 {
                (fact("Confirming", text(format!("{} in a row", schedule.confirming_fetches))))
            }
            @if let Some(since) = schedule.missing_since {
                (fact("Missing", Some(html! { "Pluggy has said 404 since " (self.when(since)) })))
            }
        }
    }

    fn snapshot(&self, snapshot: &SnapshotReport) -> Markup {
        let or_none = |status: &Option<String>| status.clone().unwrap_or_else(|| "none".to_owned());
        html! {
            (fact("Status", text(format!("{}, execution {}", or_none(&snapshot.status), or_none(&snapshot.execution_status)))))
            @if let Some(error) = &snapshot.error { (error_facts(error)) }
            @if let Some(connector) = &snapshot.connector {
                (fact("Connector", Some(html! {
                    (connector.id) @if let Some(health) = &connector.health { ", " (health) }
                })))
            }
            @if !snapshot.products.is_empty() {
                (fact("Products", Some(html! {
                    ul { @for (name, product) in &snapshot.products { li { (name) (self.product(product)) } } }
                })))
            }
            @if snapshot.has_resources_pending_authorization == Some(true) {
                (fact("Pending", text("another holder must approve at the bank")))
            }
            (fact("Changed", self.maybe_when(snapshot.updated_at)))
            (fact("Collected", self.maybe_when(snapshot.last_updated_at)))
            (fact("Auto-sync", self.maybe_when(snapshot.next_auto_sync_at)))
            (fact("Consent ends", self.maybe_when(snapshot.consent_expires_at)))
        }
    }

    fn product(&self, product: &ProductLine) -> Markup {
        let at = self.maybe_when(product.last_updated_at);
        html! {
            @match (product.is_updated, at) {
                (Some(true), at) => { " updated" @if let Some(at) = at { " " (at) } }
                (Some(false), None) => " not updated",
                (Some(false), Some(at)) => { " not updated since " (at) }
                (None, at) => @if let Some(at) = at { " last updated " (at) }
            }
            @if !product.warnings.is_empty() { ", warnings " (product.warnings.join(", ")) }
        }
    }

    fn timeline(&self, report: &ItemReport) -> Markup {
        let (shown, total) = (report.events.len(), report.events_total);
        html! {
            h3 { "Events" }
            p {
                @if !report.events_complete {
                    (shown) " of more than " (total) ": not all events were read; newer ones may be missing."
                } @else if shown == 0 {
                    "None is stored."
                } @else if shown == total {
                    "Newest first, all " (total) "."
                } @else {
                    "Newest first, " (shown) " of " (total) "."
                }
            }
            @if shown > 0 {
                table {
                    thead { tr { th { "Received" } th { "Event" } th { "Origin" } th { "Id" } th { "Remarks" } } }
                    tbody { @for event in &report.events { (self.event(event)) } }
                }
            }
        }
    }

    fn event(&self, event: &EventLine) -> Markup {
        html! {
            tr {
                td data-label="Received" { (self.when(event.received_at)) }
                td data-label="Event" { (event.event) }
                td data-label="Origin" { (event.origin) }
                td data-label="Id" class="id" { (event.id) }
                td data-label="Remarks" {
                    @if let Some(reason) = &event.quarantine { "quarantined: " (reason) }
                    @if event.truncated { @if event.quarantine.is_some() { ", " } "cut" }
                }
            }
        }
    }
}

fn error_facts(error: &ErrorLine) -> Markup {
    let parts = [&error.code, &error.message].into_iter().flatten();
    let parts: Vec<_> = parts.map(String::as_str).collect();
    html! {
        (fact("Error", text(parts.join(": "))))
        (fact("The bank says", error.provider_message.as_deref().and_then(text)))
    }
}
