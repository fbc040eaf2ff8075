//! Options of a profile, each with its rule. A mistyped option fails at deployment, not for the first user.

use pluggy::{ConnectorType, CountryCode, ProductType};
use runtime::fields;
use serde_json::Value;

use super::address;
use crate::request::{language, theme};

/// Rule for one option.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Name of the option in the widget or in Pluggy's API.
    pub(super) option: &'static str,
    /// Whether a value is valid.
    pub(super) admits: fn(&Value) -> bool,
    /// Description of a valid value, as the end of a sentence.
    pub(super) expected: &'static str,
}

/// Options of the widget.
pub(super) const CONNECT: [Rule; 16] = [
    flag("includeSandbox"),
    flag("allowConnectInBackground"),
    flag("allowFullscreen"),
    rule(
        "selectedConnectorId",
        is_connector_id,
        "must be a connector's id",
    ),
    rule(
        "connectorTypes",
        |value| {
            is_list(value, |entry| {
                names(entry, ConnectorType::KNOWN, ConnectorType::as_str)
            })
        },
        "must be a list of types of connectors, not empty",
    ),
    rule(
        "connectorIds",
        |value| is_list(value, is_connector_id),
        "must be a list of connectors' ids, not empty",
    ),
    rule(
        "countries",
        |value| {
            is_list(value, |entry| {
                names(entry, CountryCode::KNOWN, CountryCode::as_str)
            })
        },
        "must be a list of countries where Pluggy is, such as BR, not empty",
    ),
    rule(
        "products",
        |value| {
            is_list(value, |entry| {
                is_product(entry) && !is_unknown_to_the_widget(entry)
            })
        },
        "must be a list of the widget's products, not empty",
    ),
    rule(
        "language",
        |value| language(value).is_some(),
        "must be pt, en or es",
    ),
    rule(
        "theme",
        |value| theme(value).is_some(),
        "must be light or dark",
    ),
    flag("forceOauthInBrowser"),
    flag("forceAskForCredentials"),
    flag("connectorSortAlphabetically"),
    rule(
        "moveSecurityData",
        |value| is_text(value, |text| serde_json::from_str::<Value>(text).is_ok()),
        "must be a string that holds JSON",
    ),
    flag("wideDesktopModal"),
    rule(
        "url",
        |value| is_text(value, address::is_origin_of_pluggy),
        "must be an origin such as https://connect.pluggy.ai: pluggy.ai or a subdomain, in lower case, without a port, slash, path or query",
    ),
];

/// Options of the connect token.
pub(super) const TOKEN: [Rule; 3] = [
    rule(
        "oauthRedirectUri",
        |value| is_text(value, address::is_of_an_app),
        "must be an https URL, without a user and not on localhost, or an app's deep link",
    ),
    flag("avoidDuplicates"),
    rule(
        "products",
        |value| is_list(value, is_product),
        "must be a list of Pluggy's products, not empty",
    ),
];

/// Products that the API has and the types of the widget do not.
const UNKNOWN_TO_THE_WIDGET: [ProductType; 2] = [
    ProductType::AccountStatements,
    ProductType::ExchangeOperations,
];

const fn rule(option: &'static str, admits: fn(&Value) -> bool, expected: &'static str) -> Rule {
    Rule {
        option,
        admits,
        expected,
    }
}

const fn flag(option: &'static str) -> Rule {
    rule(option, Value::is_boolean, "must be true or false")
}

fn is_product(value: &Value) -> bool {
    names(value, ProductType::KNOWN, ProductType::as_str)
}

fn is_unknown_to_the_widget(value: &Value) -> bool {
    names(value, &UNKNOWN_TO_THE_WIDGET, ProductType::as_str)
}

/// Returns whether the value is a connector id. Unlike requests, settings may not write it as `201.0`.
fn is_connector_id(value: &Value) -> bool {
    value.is_i64() && fields::connector_id(value).is_some()
}

fn is_list(value: &Value, admits: impl Fn(&Value) -> bool) -> bool {
    value
        .as_array()
        .is_some_and(|entries| !entries.is_empty() && entries.iter().all(admits))
}

fn is_text(value: &Value, admits: impl FnOnce(&str) -> bool) -> bool {
    value.as_str().is_some_and(admits)
}

/// Returns whether the value is the name of a known value.
fn names<T>(value: &Value, known: &[T], name: impl Fn(&T) -> &str) -> bool {
    is_text(value, |text| known.iter().any(|known| name(known) == text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use pluggy::{ConnectOptions, ConnectTokenOptions, Theme, WidgetLanguage};

    /// Returns the names of the options that a value of this type serializes.
    fn options(value: impl serde::Serialize) -> BTreeSet<String> {
        let value = serde_json::to_value(value).unwrap();
        value.as_object().unwrap().keys().cloned().collect()
    }

    fn ruled(rules: &[Rule], further: &str) -> BTreeSet<String> {
        let names = rules.iter().map(|rule| rule.option);
        names.chain([further]).map(str::to_owned).collect()
    }

    #[test]
    fn every_option_has_a_rule_but_those_that_are_the_requests() {
        let connect = ConnectOptions {
            include_sandbox: Some(true),
            allow_connect_in_background: Some(true),
            allow_fullscreen: Some(true),
            update_item: Some("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap()),
            selected_connector_id: Some(2),
            connector_types: Some(vec![]),
            connector_ids: Some(vec![]),
            countries: Some(vec![]),
            products: Some(vec![]),
            language: Some(WidgetLanguage::English),
            theme: Some(Theme::Dark),
            force_oauth_in_browser: Some(true),
            force_ask_for_credentials: Some(true),
            connector_sort_alphabetically: Some(true),
            move_security_data: Some(String::new()),
            wide_desktop_modal: Some(true),
            url: Some(String::new()),
        };
        let token = ConnectTokenOptions {
            client_user_id: Some("usr_1".parse().unwrap()),
            oauth_redirect_uri: Some(String::new()),
            avoid_duplicates: Some(true),
            products: Some(vec![]),
        };

        assert_eq!(options(connect), ruled(&CONNECT, "updateItem"));
        assert_eq!(options(token), ruled(&TOKEN, "clientUserId"));
    }
}
