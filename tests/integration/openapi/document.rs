//! The document as data, and validators made of its parts.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::closed_schema;

const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../docs/reference/openapi.yaml"
);

/// The document.
pub(super) struct Document(Value);

impl Document {
    /// Returns the document, which is read once.
    pub(super) fn read() -> &'static Self {
        static DOCUMENT: OnceLock<Document> = OnceLock::new();
        DOCUMENT.get_or_init(|| {
            let text = std::fs::read_to_string(PATH).unwrap();
            Self(serde_saphyr::from_str(&text).unwrap())
        })
    }

    /// Returns all named schemas.
    pub(super) fn schemas(&self) -> &Value {
        &self.0["components"]["schemas"]
    }

    /// Returns a named schema.
    pub(super) fn schema(&self, name: &str) -> &Value {
        self.schemas()
            .get(name)
            .unwrap_or_else(|| panic!("no schema {name}"))
    }

    /// Returns the description of a status of an operation.
    pub(super) fn response(&self, method: &str, path: &str, status: u16) -> Option<&Value> {
        let operation = &self.0["paths"][path][method.to_ascii_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not described");
        Some(self.resolve(operation["responses"].get(status.to_string())?))
    }

    /// Returns the bodies that are examples of a status of an operation.
    pub(super) fn examples(&self, method: &str, path: &str, status: u16) -> Vec<&Value> {
        let described = self.response(method, path, status).unwrap();
        let examples = described["content"]["application/json"]["examples"].as_object();
        examples.unwrap().values().map(|it| &it["value"]).collect()
    }

    /// Returns the target of a reference, and any other value unchanged.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str);
        let pointer = target.and_then(|target| target.strip_prefix('#'));
        pointer.map_or(value, |pointer| self.0.pointer(pointer).unwrap())
    }

    /// Returns a validator of a schema of ours. Its objects have the described fields only, so that a new field of a
    /// response requires a change of this document.
    pub(super) fn validator(&self, schema: &Value) -> Validator {
        closed_schema::validator(&json!({
            "components": {"schemas": self.schemas()},
            "allOf": [schema],
        }))
    }
}
