//! The page of the widget: HTML without script, in which every value is escaped. It needs nothing but its own style.

mod item;
mod user;

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};
use pluggy::ClientUserId;
use serde_json::{Value, json};

use crate::request::{MAX_QUERY, QUERY, Theme};
use crate::{Connection, ItemReport, UserReport};

const STYLE: &str = include_str!("page/style.css");

/// Content of the page below the search.
pub(crate) enum Content {
    /// No id was entered.
    Nothing,
    /// A mistake, or a failure, as a sentence.
    Problem(String),
    /// An item.
    Item(Box<ItemReport>),
    /// A user's items.
    User(ClientUserId, UserReport),
}

impl Content {
    /// Returns the id that was looked up.
    fn id(&self) -> Option<String> {
        match self {
            Self::Nothing | Self::Problem(_) => None,
            Self::Item(report) => Some(report.item_id.to_string()),
            Self::User(user, _) => Some(user.as_str().to_owned()),
        }
    }
}

/// A page.
pub(crate) struct Page<'a> {
    pub(crate) theme: Theme,
    /// The function that the buttons call.
    pub(crate) function_arn: &'a str,
    /// What was typed into the search.
    pub(crate) query: &'a str,
    pub(crate) now: Timestamp,
}

impl Page<'_> {
    /// Returns the page as HTML.
    pub(crate) fn html(&self, content: &Content) -> String {
        let theme = match self.theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let page = html! {
            style { (PreEscaped(STYLE)) }
            // Takes the console's own style off tables and buttons.
            div class="cwdb-no-default-styles" {}
            div class=(format!("inspect {theme}")) {
                (self.search(content))
                @match content {
                    Content::Nothing => p { "Enter the id of an item or of a user." }
                    Content::Problem(problem) => p class="problem" role="alert" { (problem) }
                    Content::Item(report) => (self.item(report))
                    Content::User(user, report) => (self.user(user, report))
                }
            }
        };
        page.into_string()
    }

    fn search(&self, content: &Content) -> Markup {
        let id = content.id();
        let value = id.as_deref().unwrap_or(self.query);
        html! {
            form {
                // A form whose submit button is disabled is not submitted by Enter, which would load the console again.
                button type="submit" disabled hidden {}
                label { "Item or user" input name=(QUERY) type="text" maxlength=(MAX_QUERY) autocomplete="off" value=(value); }
                (self.action("Search", &json!({"search": true})))
            }
        }
    }

    /// Returns a button that calls the function with these parameters. The console acts on the element before
    /// `cwdb-action`. No parameter has a character of markup, however often somebody decodes it.
    fn action(&self, label: &str, parameters: &Value) -> Markup {
        let parameters = parameters.to_string();
        let parameters = parameters.replace('<', "\\u003c").replace('>', "\\u003e");
        let parameters = parameters.replace('&', "\\u0026");
        html! {
            button type="button" { (label) }
            cwdb-action action="call" display="widget" endpoint=(self.function_arn) { (parameters) }
        }
    }

    /// Returns a time, and how far away it is.
    fn when(&self, time: Timestamp) -> Markup {
        html! { time datetime=(seconds(time)) { (clock(time)) } " (" (distance(time, self.now)) ")" }
    }

    fn maybe_when(&self, time: Option<Timestamp>) -> Option<Markup> {
        time.map(|time| self.when(time))
    }
}

/// Returns a line of a list of facts, or nothing without a value.
fn fact(label: &str, value: Option<Markup>) -> Markup {
    html! { @if let Some(value) = value { dt { (label) } dd { (value) } } }
}

fn text(text: impl AsRef<str>) -> Option<Markup> {
    let text = text.as_ref();
    (!text.is_empty()).then(|| html! { (text) })
}

/// Returns the phase as a badge.
fn badge(connection: Option<&Connection>) -> Markup {
    let phase = connection.map_or("", |connection| connection.phase.as_str());
    html! { span class={ "badge " (phase) } { @if phase.is_empty() { "no connection" } @else { (phase) } } }
}

fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

fn clock(time: Timestamp) -> String {
    seconds(time).replace('T', " ")
}

fn distance(time: Timestamp, now: Timestamp) -> String {
    const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let seconds = time.duration_since(now).as_secs();
    let amount = seconds.abs();
    let span = UNITS
        .iter()
        .find(|(size, _)| amount >= 2 * size)
        .map_or_else(
            || format!("{amount} s"),
            |(size, unit)| format!("{} {unit}", amount / size),
        );
    if seconds > 0 {
        format!("in {span}")
    } else {
        format!("{span} ago")
    }
}

#[cfg(test)]
mod tests;
