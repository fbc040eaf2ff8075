//! Widget events as frontends relay them. Since version 2.0 the widget passes one object. Older versions pass
//! a name and an object, whose fields may also be side by side. Unknown fields belong to the widget and are
//! ignored.

use lambda_http::Body;
use pluggy::{ConnectorId, ItemId};
use runtime::fields::{connector_id, invalid, item_id, optional};
use runtime::problem::Problem;
use serde_json::{Map, Value};

use crate::name::name;

/// An item with many products has 16 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// The last millisecond of the year 9999.
const MAX_TIMESTAMP: f64 = 253_402_300_799_999.0;
const MAX_CODE_CHARACTERS: usize = 64;

/// A relayed event without its personal data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Relayed {
    /// Name under which the event is counted.
    pub(crate) name: &'static str,
    /// The item of the event.
    pub(crate) item_id: Option<ItemId>,
    /// The connector of the event.
    pub(crate) connector_id: Option<ConnectorId>,
    /// Error code.
    pub(crate) code: Option<String>,
}

impl Relayed {
    /// Parses a body. The problem names the first wrong field.
    pub(crate) fn parse(body: &Body) -> Result<Self, Problem> {
        let fields = fields(body.as_ref())?;
        let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let name = name(field("event"))
            .ok_or_else(|| invalid("event", "must be a name of 1 to 64 letters, digits and _"))?;
        if !is_timestamp(field("timestamp")) {
            return Err(invalid("timestamp", "must be milliseconds since 1970"));
        }
        let item_id = the_one_item([
            (
                "itemId",
                optional(field("itemId"), item_id, "itemId", "must be a UUID")?,
            ),
            ("item.id", item(field("item"), "item", "item.id")?),
            ("data.item.id", item_of_data(field("data"))?),
        ])?;
        let selected = optional(
            field("connectorId"),
            connector_id,
            "connectorId",
            "must be a connector's id",
        )?;
        let connector_id = connector(field("connector"))?.or(selected);
        let code = optional(field("code"), code, "code", "must be A to Z, 0 to 9 and _")?;
        // The message may be personal, so it is not kept.
        optional(
            field("message"),
            |message| message.is_string().then_some(()),
            "message",
            "must be a string",
        )?;
        Ok(Self {
            name,
            item_id,
            connector_id,
            code,
        })
    }
}

/// Returns the fields of the body, in either of its forms.
fn fields(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Problem::invalid_body("The body is too long."));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Array(pair)) => of_pair(pair).ok_or_else(neither_form),
        _ => Err(neither_form()),
    }
}

fn of_pair(pair: Vec<Value>) -> Option<Map<String, Value>> {
    let [name, Value::Object(mut fields)] = <[Value; 2]>::try_from(pair).ok()? else {
        return None;
    };
    fields.insert("event".to_owned(), name);
    Some(fields)
}

fn neither_form() -> Problem {
    Problem::invalid_body(
        "The body must be a JSON object, or an array of an event's name and an object.",
    )
}

fn is_timestamp(value: &Value) -> bool {
    value.is_number()
        && value
            .as_f64()
            .is_some_and(|time| (0.0..=MAX_TIMESTAMP).contains(&time))
}

/// Returns the id of an item object. Its other fields are ignored.
fn item(item: &Value, field: &str, id_field: &str) -> Result<Option<ItemId>, Problem> {
    match item {
        Value::Null => Ok(None),
        Value::Object(item) => match item.get("id").and_then(item_id) {
            Some(id) => Ok(Some(id)),
            None => Err(invalid(id_field, "must be a UUID")),
        },
        _ => Err(invalid(field, "must be an object")),
    }
}

fn item_of_data(data: &Value) -> Result<Option<ItemId>, Problem> {
    match data {
        Value::Null => Ok(None),
        Value::Object(data) => item(
            data.get("item").unwrap_or(&Value::Null),
            "data.item",
            "data.item.id",
        ),
        _ => Err(invalid("data", "must be an object")),
    }
}

/// Returns the item id. Several places may name the item, but they must agree.
fn the_one_item(named: [(&str, Option<ItemId>); 3]) -> Result<Option<ItemId>, Problem> {
    let mut the_one = None;
    for (field, id) in named {
        let Some(id) = id else { continue };
        if *the_one.get_or_insert(id) != id {
            return Err(invalid(field, "must be the same as the item's other id"));
        }
    }
    Ok(the_one)
}

fn connector(connector: &Value) -> Result<Option<ConnectorId>, Problem> {
    match connector {
        Value::Null => Ok(None),
        Value::Object(connector) => match connector.get("id").and_then(connector_id) {
            Some(id) => Ok(Some(id)),
            None => Err(invalid("connector.id", "must be a connector's id")),
        },
        _ => Err(invalid("connector", "must be an object")),
    }
}

fn code(value: &Value) -> Option<String> {
    let code = value.as_str()?;
    let is_well_formed = (1..=MAX_CODE_CHARACTERS).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_well_formed.then(|| code.to_owned())
}

#[cfg(test)]
mod tests;
