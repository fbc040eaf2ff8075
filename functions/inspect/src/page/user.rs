//! A user's items.

use maud::{Markup, html};
use pluggy::ClientUserId;
use serde_json::json;

use super::{Page, badge};
use crate::{ItemSummary, UserReport};

impl Page<'_> {
    pub(super) fn user(&self, user: &ClientUserId, report: &UserReport) -> Markup {
        html! {
            h2 { "Items of " (user.as_str()) }
            @if report.items.is_empty() {
                @if report.cursor.is_some() {
                    p { "No item is on this page. The next one may have some." }
                } @else if report.unreadable == 0 {
                    p { "No item has this owner, or no more do." }
                }
            } @else {
                table {
                    thead { tr { th { "Bank" } th { "Phase" } th { "Reason" } th { "Fetched" } th { "Next fetch" } th { "Item" } } }
                    tbody { @for item in &report.items { (self.row(item)) } }
                }
            }
            @match report.unreadable {
                0 => {}
                1 => p class="problem" { "1 row cannot be read." }
                count => p class="problem" { (count) " rows cannot be read." }
            }
            @if let Some(cursor) = &report.cursor {
                (self.action("Next page", &json!({"clientUserId": user.as_str(), "cursor": cursor})))
            }
        }
    }

    fn row(&self, item: &ItemSummary) -> Markup {
        let id = item.item_id.to_string();
        html! {
            tr {
                td data-label="Bank" { (item.connector.as_deref().unwrap_or("-")) }
                td data-label="Phase" { (badge(item.connection.as_ref())) }
                td data-label="Reason" { (item.connection.as_ref().map_or("-", |connection| connection.why)) }
                td data-label="Fetched" { (self.maybe_when(item.fetched_at).unwrap_or_else(|| html! { "never" })) }
                td data-label="Next fetch" { (self.next_fetch(&item.schedule)) }
                td data-label="Item" class="id" { (self.action(&id, &json!({"itemId": id}))) }
            }
        }
    }
}
