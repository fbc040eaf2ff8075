//! Request body: strict, and every field is optional.

use lambda_http::Body;
use pluggy::{ConnectOptions, ConnectorId, ItemId, Theme, WidgetLanguage};
use runtime::fields::{connector_id, invalid, item_id, optional, text};
use runtime::problem::Problem;
use serde_json::{Map, Value};

use crate::{Profile, Profiles};

/// Larger than any valid body.
const MAX_BODY_BYTES: usize = 4 * 1024;
/// Maximum length of an unknown field's name in the response.
const MAX_NAME_CHARACTERS: usize = 64;

/// The body of a request for a connect token.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    /// The item to update. Without it, the widget creates a connection.
    pub(crate) item_id: Option<ItemId>,
    profile: Option<String>,
    language: Option<WidgetLanguage>,
    theme: Option<Theme>,
    selected_connector_id: Option<ConnectorId>,
}

impl TokenRequest {
    /// Parses a body. An empty body equals an object without fields. The problem names the first wrong field.
    pub(crate) fn parse(body: &Body) -> Result<Self, Problem> {
        let mut request = Self::default();
        for (name, value) in fields(body)? {
            match name.as_str() {
                "itemId" => request.item_id = optional(&value, item_id, &name, "must be a UUID")?,
                "profile" => request.profile = optional(&value, text, &name, "must be a string")?,
                "language" => {
                    request.language = optional(&value, language, &name, "must be pt, en or es")?;
                }
                "theme" => request.theme = optional(&value, theme, &name, "must be light or dark")?,
                "selectedConnectorId" => {
                    request.selected_connector_id =
                        optional(&value, connector_id, &name, "must be a connector's id")?;
                }
                _ => return Err(unknown_field(&name)),
            }
        }
        Ok(request)
    }

    /// Returns the requested profile.
    pub(crate) fn profile<'a>(&self, profiles: &'a Profiles) -> Result<&'a Profile, Problem> {
        let profile = profiles.get(self.profile.as_deref()).ok_or_else(|| {
            invalid(
                "profile",
                "must be the name of one of this deployment's profiles",
            )
        })?;
        // In update mode the user does not select a connector.
        if self.item_id.is_none() {
            profile.check_connector(self.selected_connector_id)?;
        }
        Ok(profile)
    }

    /// Returns the profile's widget options with the restrictions of the request.
    pub(crate) fn narrow(self, options: &ConnectOptions) -> ConnectOptions {
        ConnectOptions {
            update_item: self.item_id,
            language: self.language.or_else(|| options.language.clone()),
            theme: self.theme.or_else(|| options.theme.clone()),
            selected_connector_id: self.selected_connector_id.or(options.selected_connector_id),
            ..options.clone()
        }
    }
}

fn fields(body: &Body) -> Result<Map<String, Value>, Problem> {
    let bytes: &[u8] = body.as_ref();
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Problem::invalid_body("The body is too long."));
    }
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Problem::invalid_body("The body must be a JSON object."))
}

fn unknown_field(name: &str) -> Problem {
    let name: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
    Problem::invalid_field(name, "There is no such field.")
}

pub(crate) fn language(value: &Value) -> Option<WidgetLanguage> {
    let language = WidgetLanguage::from(text(value)?);
    (!matches!(language, WidgetLanguage::Unknown(_))).then_some(language)
}

pub(crate) fn theme(value: &Value) -> Option<Theme> {
    let theme = Theme::from(text(value)?);
    (!matches!(theme, Theme::Unknown(_))).then_some(theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(body: &str) -> String {
        let problem = TokenRequest::parse(&Body::from(body)).unwrap_err();
        let problem = serde_json::to_value(problem).unwrap();
        assert_eq!(problem["status"], 400);
        problem["field"].as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn an_empty_body_asks_for_nothing_in_particular() {
        for body in [
            Body::Empty,
            Body::from(""),
            Body::from("{}"),
            Body::from(r#"{"itemId":null}"#),
        ] {
            assert_eq!(TokenRequest::parse(&body).unwrap(), TokenRequest::default());
        }
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        let cases = [
            (r#"{"itemId":"1"}"#, "itemId"),
            (r#"{"itemId":7}"#, "itemId"),
            (r#"{"profile":{}}"#, "profile"),
            (r#"{"language":"de"}"#, "language"),
            (r#"{"theme":"sepia"}"#, "theme"),
            (r#"{"selectedConnectorId":-1}"#, "selectedConnectorId"),
            (
                r#"{"selectedConnectorId":4294967296}"#,
                "selectedConnectorId",
            ),
            (r#"{"clientUserId":"somebody"}"#, "clientUserId"),
            (r#"{"webhookUrl":"https://x"}"#, "webhookUrl"),
            ("[]", ""),
            ("{", ""),
        ];
        for (body, field) in cases {
            assert_eq!(refused_field(body), field, "{body}");
        }
    }

    #[test]
    fn a_body_that_is_too_long_is_refused_unread() {
        let body = format!(r#"{{"profile":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));

        assert_eq!(refused_field(&body), "");
    }

    #[test]
    fn a_long_name_of_an_unknown_field_is_shortened() {
        let body = format!(r#"{{"{}":1}}"#, "é".repeat(1000));

        assert_eq!(refused_field(&body).chars().count(), MAX_NAME_CHARACTERS);
    }

    #[test]
    fn a_caller_does_not_leave_the_profiles_connectors() {
        let profiles: Profiles =
            r#"{"default":{"connect":{"connectorIds":[201]}}}"#.parse().unwrap();
        let request = |id: u32| {
            let body = format!(r#"{{"selectedConnectorId":{id}}}"#);
            TokenRequest::parse(&Body::from(body)).unwrap()
        };

        assert!(request(201).profile(&profiles).is_ok());
        let problem = request(601).profile(&profiles).unwrap_err();
        assert_eq!(
            serde_json::to_value(problem).unwrap()["field"],
            "selectedConnectorId"
        );
    }

    #[test]
    fn a_caller_narrows_the_profile_and_changes_nothing_else() {
        let options = ConnectOptions {
            include_sandbox: Some(false),
            language: Some(WidgetLanguage::Portuguese),
            ..ConnectOptions::default()
        };
        let request =
            TokenRequest::parse(&Body::from(r#"{"language":"en","theme":"dark"}"#)).unwrap();

        let narrowed = request.narrow(&options);

        assert_eq!(
            serde_json::to_value(narrowed).unwrap(),
            serde_json::json!({"includeSandbox": false, "language": "en", "theme": "dark"}),
        );
    }
}
