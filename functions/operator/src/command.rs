//! Commands of an operator.

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use runtime::audit::{Audit, AuditTarget};
use serde_json::Value;
use store::ScanCursor;
use uuid::Uuid;

use crate::text_fields::TextFields;
use crate::{InvalidCommand, UserCursor};

/// Number of fetches that a replay requests in one invocation, unless its command says more or less.
const DEFAULT_LIMIT: usize = 25;
/// Maximum number of fetches that a command may ask for.
const MAX_LIMIT: usize = 10_000;
/// Maximum number of items in one import.
pub(crate) const MAX_IMPORTED: usize = 25;

const UUID: &str = "a UUID with hyphens";
const USER: &str = "a user's id of 1 to 255 characters";
const CURSOR: &str = "a cursor from an earlier answer";
const TIME: &str = "a time such as 2026-11-23T12:00:00Z";
const ACTION: &str = "replay, import or export";
const AUDIT: &str = "an object with run, a UUID, and caller, the ARN of an IAM identity";

/// A command of an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Fetch items again whose events were received before.
    Replay(ReplayCommand),
    /// Fetch items that the operator names.
    Import {
        /// Id of the import. Repeating it adds nothing.
        run: Uuid,
        /// The items.
        items: Vec<NamedItem>,
    },
    /// Return everything that is held about a user.
    Export {
        /// The user.
        client_user_id: ClientUserId,
        /// Position at which the export continues.
        cursor: UserCursor,
    },
}

/// A command to replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayCommand {
    /// Id of the replay. Repeating it adds nothing.
    pub run: Uuid,
    /// The items to replay.
    pub selection: Selection,
    /// Maximum number of fetches that this invocation requests.
    pub limit: usize,
}

/// The items that a replay fetches again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One item.
    Item(ItemId),
    /// The items of a user.
    User {
        /// The user.
        client_user_id: ClientUserId,
        /// Position at which the replay continues.
        cursor: UserCursor,
    },
    /// The targets of all events since a time.
    Since {
        /// The time.
        since: Timestamp,
        /// Position at which the replay continues.
        cursor: Option<ScanCursor>,
    },
}

/// An item that an operator names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedItem {
    /// The item.
    pub item_id: ItemId,
    /// The owner according to the operator.
    pub client_user_id: Option<ClientUserId>,
}

impl NamedItem {
    /// Returns the item and its owner as the audit's digest has them: `<itemId>,<clientUserId>`.
    fn line(&self) -> String {
        let owner = self.client_user_id.as_ref();
        format!(
            "{},{}",
            self.item_id,
            owner.map_or("", ClientUserId::as_str)
        )
    }
}

impl Command {
    /// Parses a command, and what the command line states about it. The refusal names the first wrong field.
    pub fn parse(command: Value) -> Result<(Self, Option<Audit>), InvalidCommand> {
        let mut fields = TextFields::of("", command)?;
        let audit = fields.take("audit").map(serde_json::from_value::<Audit>);
        let audit = audit
            .transpose()
            .map_err(|_| fields.refusal("audit", AUDIT))?;
        let action: String = fields.required("action", ACTION)?;
        let command = match action.as_str() {
            "replay" => Self::Replay(ReplayCommand {
                run: fields.required("run", UUID)?,
                limit: limit(&mut fields)?,
                selection: selection(&mut fields)?,
            }),
            "import" => Self::Import {
                run: fields.required("run", UUID)?,
                items: named_items(&mut fields)?,
            },
            "export" => Self::Export {
                client_user_id: fields.required("clientUserId", USER)?,
                cursor: user_cursor(&mut fields)?,
            },
            _ => return Err(fields.refusal("action", ACTION)),
        };
        fields.end()?;
        let stated_run = audit.as_ref().map(|audit| audit.run);
        if stated_run.is_some_and(|stated| command.run().is_some_and(|run| run != stated)) {
            return Err(InvalidCommand::new(
                "audit",
                "must have the run of the command",
            ));
        }
        Ok((command, audit))
    }

    /// Returns the target for the audit line.
    pub(crate) fn target(&self) -> AuditTarget {
        match self {
            Self::Replay(ReplayCommand {
                selection: Selection::Item(item_id),
                ..
            }) => AuditTarget::personal("item", item_id.to_string()),
            Self::Replay(ReplayCommand {
                selection: Selection::User { client_user_id, .. },
                ..
            })
            | Self::Export { client_user_id, .. } => {
                AuditTarget::personal("user", client_user_id.as_str())
            }
            Self::Replay(ReplayCommand {
                selection: Selection::Since { since, .. },
                ..
            }) => AuditTarget::public("since", since.to_string()),
            Self::Import { items, .. } => {
                // The owners too: an import decides whose the items are.
                let lines: Vec<_> = items.iter().map(NamedItem::line).collect();
                AuditTarget::personal("items", lines.join("\n"))
            }
        }
    }

    /// Returns the id of the run, if the command has one.
    pub(crate) fn run(&self) -> Option<Uuid> {
        match self {
            Self::Replay(ReplayCommand { run, .. }) | Self::Import { run, .. } => Some(*run),
            Self::Export { .. } => None,
        }
    }

    pub(crate) fn action(&self) -> &'static str {
        match self {
            Self::Replay(_) => "replay",
            Self::Import { .. } => "import",
            Self::Export { .. } => "export",
        }
    }
}

fn limit(fields: &mut TextFields) -> Result<usize, InvalidCommand> {
    let Some(value) = fields.take("limit") else {
        return Ok(DEFAULT_LIMIT);
    };
    let limit = value.as_u64().and_then(|limit| limit.try_into().ok());
    limit
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| fields.refusal("limit", &format!("a number from 1 to {MAX_LIMIT}")))
}

fn selection(fields: &mut TextFields) -> Result<Selection, InvalidCommand> {
    let item_id = fields.optional("itemId", UUID)?;
    let client_user_id = fields.optional("clientUserId", USER)?;
    let since = fields.optional("since", TIME)?;
    match (item_id, client_user_id, since) {
        (Some(item_id), None, None) => Ok(Selection::Item(item_id)),
        (None, Some(client_user_id), None) => Ok(Selection::User {
            client_user_id,
            cursor: user_cursor(fields)?,
        }),
        (None, None, Some(since)) => Ok(Selection::Since {
            since,
            cursor: cursor(fields, ScanCursor::from_text)?,
        }),
        _ => Err(InvalidCommand::new(
            "itemId",
            "must be given, or clientUserId, or since, and only one of them",
        )),
    }
}

fn user_cursor(fields: &mut TextFields) -> Result<UserCursor, InvalidCommand> {
    let cursor = cursor(fields, UserCursor::from_text)?;
    Ok(cursor.unwrap_or(UserCursor::Items(None)))
}

fn cursor<T>(
    fields: &mut TextFields,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, InvalidCommand> {
    match fields.optional::<String>("cursor", CURSOR)? {
        None => Ok(None),
        Some(text) => read(&text)
            .map(Some)
            .ok_or_else(|| fields.refusal("cursor", CURSOR)),
    }
}

fn named_items(fields: &mut TextFields) -> Result<Vec<NamedItem>, InvalidCommand> {
    let expected = format!("a list of 1 to {MAX_IMPORTED} items");
    match fields.take("items") {
        Some(Value::Array(items)) if (1..=MAX_IMPORTED).contains(&items.len()) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| named_item(index, item))
            .collect(),
        _ => Err(fields.refusal("items", &expected)),
    }
}

fn named_item(index: usize, item: Value) -> Result<NamedItem, InvalidCommand> {
    let mut fields = TextFields::of(&format!("items[{index}]."), item)?;
    let item = NamedItem {
        item_id: fields.required("itemId", UUID)?,
        client_user_id: fields.optional("clientUserId", USER)?,
    };
    fields.end()?;
    Ok(item)
}

#[cfg(test)]
mod tests;
