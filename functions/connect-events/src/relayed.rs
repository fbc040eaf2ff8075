//! Widget events as frontends relay them. Since version 2.0 the widget passes one object. Older versions pass
//! a name and an object, whose fields may also be side by side. Unknown fields belong to the widget and are
//! ignored.
//!
//! The values come from Pluggy, through a package that may change them. So a value of an unexpected shape counts
//! as absent, as in Pluggy's own bodies, and the event is counted all the same.

use lambda_http::Body;
use pluggy::{ConnectorId, ItemId};
use runtime::fields::{connector_id, invalid, item_id};
use runtime::problem::Problem;
use serde_json::{Map, Value};

use crate::funnel::step;

/// An item with many products has 16 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;
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
    /// Parses a body. The problem is that it is not an event in either form, or names two items.
    pub(crate) fn parse(body: &Body) -> Result<Self, Problem> {
        let fields = fields(body.as_ref())?;
        let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let id_of = |holder: &Value| holder.get("item")?.get("id").and_then(item_id);
        let item_id = the_one_item([
            ("itemId", item_id(field("itemId"))),
            ("item.id", field("item").get("id").and_then(item_id)),
            ("data.item.id", id_of(field("data"))),
        ])?;
        let connector = field("connector").get("id").and_then(connector_id);
        Ok(Self {
            name: step(field("event")),
            item_id,
            connector_id: connector.or_else(|| connector_id(field("connectorId"))),
            code: code(field("code")),
        })
    }
}

/// Returns the fields of the body, in either of its forms. An absent event has none.
fn fields(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Problem::invalid_body("The body is too long."));
    }
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match pluggy::parse_value(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Array(pair)) => Ok(of_pair(pair)),
        Ok(Value::Null) => Ok(Map::new()),
        _ => Err(Problem::invalid_body(
            "The body must be a JSON object, or an array of an event's name and an object.",
        )),
    }
}

fn of_pair(pair: Vec<Value>) -> Map<String, Value> {
    let mut parts = pair.into_iter();
    let name = parts.next().unwrap_or_default();
    let mut fields = match parts.next() {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.insert("event".to_owned(), name);
    fields
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
