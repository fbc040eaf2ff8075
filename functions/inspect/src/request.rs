//! Requests to the function: a command of the command line, a call of the widget, or the question how the widget is used.

use pluggy::{ClientUserId, ItemId};
use runtime::audit::{Audit, AuditTarget};
use serde::Deserialize;
use serde_json::{Map, Value};
use store::Cursor;

use crate::InvalidCommand;

/// A request.
#[derive(Debug)]
pub(crate) enum Request {
    /// `CloudWatch` asks for the widget's documentation.
    Describe,
    /// A call of the widget.
    Widget(WidgetRequest),
    /// A command, and what the command line states about it.
    Command(Result<(Subject, Option<Audit>), InvalidCommand>),
}

/// Subject of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An item.
    Item(ItemId),
    /// The items of a user.
    User {
        client_user_id: ClientUserId,
        /// Position at which the list continues.
        cursor: Option<Cursor>,
    },
}

/// A call of the widget.
#[derive(Debug)]
pub(crate) struct WidgetRequest {
    pub(crate) theme: Theme,
    /// What the form's field has, without the spaces around it, and no more than fits in.
    pub(crate) query: String,
    pub(crate) wanted: Result<Wanted, InvalidCommand>,
}

/// Subject of a call of the widget, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The page to begin with.
    Nothing,
    /// A report.
    Subject(Subject),
    /// A report about the item of this id, or else about the user: a user's id may be a UUID, too.
    ItemOrUser(ItemId, ClientUserId),
}

/// Theme of the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

/// The JSON form of a command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CommandFields {
    action: Action,
    item_id: Option<String>,
    client_user_id: Option<String>,
    cursor: Option<String>,
    audit: Option<Audit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Inspect,
}

/// The parameters of the widget, or of a button on its page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WidgetFields {
    /// Whether the form has the id.
    #[serde(default)]
    search: bool,
    item_id: Option<String>,
    client_user_id: Option<String>,
    cursor: Option<String>,
}

const CONTEXT: &str = "widgetContext";
/// Name of the form's field.
pub(crate) const QUERY: &str = "query";
/// Maximum number of characters in the form's field: those of a user's id.
pub(crate) const MAX_QUERY: usize = 255;

impl Request {
    pub(crate) fn parse(event: Value) -> Self {
        match event {
            Value::Object(fields) if fields.get("describe") == Some(&Value::Bool(true)) => {
                Self::Describe
            }
            Value::Object(mut fields) if fields.contains_key(CONTEXT) => {
                let context = fields.remove(CONTEXT).unwrap_or_default();
                Self::Widget(WidgetRequest::new(fields, &context))
            }
            other => Self::Command(command(other)),
        }
    }
}

impl Subject {
    /// Returns the target for the audit line.
    pub(crate) fn target(&self) -> AuditTarget {
        match self {
            Self::Item(item_id) => AuditTarget::personal("item", item_id.to_string()),
            Self::User { client_user_id, .. } => {
                AuditTarget::personal("user", client_user_id.as_str())
            }
        }
    }

    fn new(
        item_id: Option<&str>,
        client_user_id: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Self, InvalidCommand> {
        match (item_id, client_user_id) {
            (Some(item_id), None) => {
                if cursor.is_some() {
                    return Err(refusal("cursor", "belongs to clientUserId alone"));
                }
                let item_id = item_id.parse();
                let item_id =
                    item_id.map_err(|_| refusal("itemId", "must be a UUID with hyphens"))?;
                Ok(Self::Item(item_id))
            }
            (None, Some(user)) => {
                let user = user.parse();
                let cursor = cursor.map(|text| {
                    Cursor::from_text(text)
                        .ok_or(refusal("cursor", "must be a cursor from an earlier answer"))
                });
                Ok(Self::User {
                    client_user_id: user.map_err(|_| {
                        refusal("clientUserId", "must be a user's id of 1 to 255 characters")
                    })?,
                    cursor: cursor.transpose()?,
                })
            }
            _ => Err(refusal(
                "itemId",
                "must be given, or clientUserId, and only one of them",
            )),
        }
    }
}

impl WidgetRequest {
    /// Creates the request from the parameters and the context, of which a field may be missing or odd.
    fn new(parameters: Map<String, Value>, context: &Value) -> Self {
        let theme = match context.get("theme").and_then(Value::as_str) {
            Some("dark") => Theme::Dark,
            _ => Theme::Light,
        };
        let query = context
            .pointer("/forms/all")
            .and_then(|form| form.get(QUERY))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim();
        Self {
            theme,
            query: query.chars().take(MAX_QUERY).collect(),
            wanted: Wanted::new(parameters, query),
        }
    }
}

impl Wanted {
    fn new(parameters: Map<String, Value>, query: &str) -> Result<Self, InvalidCommand> {
        let fields: WidgetFields =
            serde_json::from_value(Value::Object(parameters)).map_err(|_| {
                refusal(
                    "The widget",
                    "has parameters other than itemId, clientUserId and cursor, which are text",
                )
            })?;
        if fields.search {
            return Self::of_query(query);
        }
        if fields.item_id.is_none() && fields.client_user_id.is_none() {
            return Ok(Self::Nothing);
        }
        let subject = Subject::new(
            fields.item_id.as_deref(),
            fields.client_user_id.as_deref(),
            fields.cursor.as_deref(),
        );
        subject.map(Self::Subject)
    }

    fn of_query(query: &str) -> Result<Self, InvalidCommand> {
        if query.is_empty() {
            return Ok(Self::Nothing);
        }
        let client_user_id = query.parse::<ClientUserId>().map_err(|_| {
            refusal(
                "The id",
                "must be an item's UUID, or a user's id of at most 255 characters",
            )
        })?;
        Ok(match query.parse::<ItemId>() {
            Ok(item_id) => Self::ItemOrUser(item_id, client_user_id),
            Err(_) => Self::Subject(Subject::User {
                client_user_id,
                cursor: None,
            }),
        })
    }
}

fn command(command: Value) -> Result<(Subject, Option<Audit>), InvalidCommand> {
    let fields: CommandFields = serde_json::from_value(command).map_err(|_| {
        refusal(
            "",
            "must have the action inspect, and itemId or clientUserId, which are text, perhaps cursor, perhaps audit, with a \
             run and the ARN of a caller, and nothing else",
        )
    })?;
    let Action::Inspect = fields.action;
    let subject = Subject::new(
        fields.item_id.as_deref(),
        fields.client_user_id.as_deref(),
        fields.cursor.as_deref(),
    )?;
    Ok((subject, fields.audit))
}

fn refusal(field: &'static str, reason: &'static str) -> InvalidCommand {
    InvalidCommand { field, reason }
}

#[cfg(test)]
mod tests;
