//! Profiles: named sets of widget and token options that belong to the deployment. A caller picks a
//! name, never a value. Each is whole in itself: what it does not set is not set, whatever the
//! default one says.

mod address;
mod rules;
mod sandbox;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value};
use shared::pluggy::{ConnectOptions, ConnectTokenOptions};

pub use sandbox::{InvalidSandboxConnectors, SandboxConnectors};

use rules::Rule;

/// Name of the profile that a caller gets without asking for one.
const DEFAULT: &str = "default";
/// Longest name of a profile.
const MAX_NAME_BYTES: usize = 64;
/// How much of a name that is wrong is told.
const MAX_TOLD_CHARACTERS: usize = 64;

/// One set of options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// For the widget.
    pub connect: ConnectOptions,
    /// For the connect token.
    pub token: ConnectTokenOptions,
}

/// The deployment's profiles, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    default: Profile,
    named: BTreeMap<String, Profile>,
}

/// Profiles that cannot be used: which part, and what it must be. A value is never told.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {rule}")]
pub struct InvalidProfiles {
    path: String,
    rule: &'static str,
}

impl Profiles {
    /// The profile of a name; the default one if no name is given.
    pub fn get(&self, name: Option<&str>) -> Option<&Profile> {
        match name {
            None | Some(DEFAULT) => Some(&self.default),
            Some(name) => self.named.get(name),
        }
    }

    /// Whether the profiles are fit for a deployment with or without sandbox connectors.
    pub fn check(&self, sandbox_connectors: SandboxConnectors) -> Result<(), InvalidProfiles> {
        let named = self
            .named
            .iter()
            .map(|(name, profile)| (name.as_str(), profile));
        let mut all = [(DEFAULT, &self.default)].into_iter().chain(named);
        let listing = all.find(|(_, profile)| profile.connect.include_sandbox == Some(true));
        match (sandbox_connectors, listing) {
            (SandboxConnectors::Forbidden, Some((name, _))) => Err(invalid(
                &[name, "connect", "includeSandbox"],
                "must not be true where SANDBOX_CONNECTORS is not",
            )),
            _ => Ok(()),
        }
    }
}

impl FromStr for Profiles {
    type Err = InvalidProfiles;

    fn from_str(json: &str) -> Result<Self, InvalidProfiles> {
        let profiles: Map<String, Value> = serde_json::from_str(json)
            .map_err(|_| invalid(&["the value"], "must be a JSON object of profiles"))?;
        let mut named = BTreeMap::new();
        for (name, profile) in profiles {
            let profile = read(&name, profile)?;
            named.insert(name, profile);
        }
        let default = named
            .remove(DEFAULT)
            .ok_or_else(|| invalid(&[DEFAULT], "must be one of the profiles"))?;
        Ok(Self { default, named })
    }
}

fn read(name: &str, profile: Value) -> Result<Profile, InvalidProfiles> {
    if !is_name(name) {
        let rule = "is no name of a profile: 1 to 64 of a-z, A-Z, 0-9, _ and -";
        return Err(invalid(&[name], rule));
    }
    let parts = profile
        .as_object()
        .ok_or_else(|| invalid(&[name], "must be an object"))?;
    for (part, options) in parts {
        let rules: &[Rule] = match part.as_str() {
            "connect" => &rules::CONNECT,
            "token" => &rules::TOKEN,
            _ => {
                let rule = "is no part of a profile; connect and token are";
                return Err(invalid(&[name, part], rule));
            }
        };
        let options = options
            .as_object()
            .ok_or_else(|| invalid(&[name, part], "must be an object"))?;
        for (option, value) in options {
            check_option(rules, option, value)
                .map_err(|rule| invalid(&[name, part, option], rule))?;
        }
    }
    // The rules are at least as strict.
    serde_json::from_value(profile).map_err(|_| invalid(&[name], "must be a profile"))
}

/// Null is the same as absent, as in requests.
fn check_option(rules: &[Rule], option: &str, value: &Value) -> Result<(), &'static str> {
    let rule = rules
        .iter()
        .find(|rule| rule.option == option)
        .ok_or("is no option that a profile can set")?;
    let is_right = value.is_null() || (rule.admits)(value);
    is_right.then_some(()).ok_or(rule.expected)
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Names are told, as far as they can stand in a line of a log.
fn invalid(path: &[&str], rule: &'static str) -> InvalidProfiles {
    let told = |name: &&str| -> String {
        let told = name.chars().take(MAX_TOLD_CHARACTERS);
        told.map(|character| match character {
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
    };
    let path: Vec<String> = path.iter().map(told).collect();
    InvalidProfiles {
        path: path.join("."),
        rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::pluggy::WidgetLanguage;

    /// Stands where a value is wrong.
    const SECRET: &str = "hunter2";

    fn refusal(profiles: Value) -> String {
        let error = profiles.to_string().parse::<Profiles>().unwrap_err();
        error.to_string()
    }

    fn path_of(profiles: Value) -> String {
        let error = profiles.to_string().parse::<Profiles>().unwrap_err();
        assert!(!error.to_string().contains(SECRET), "{error}");
        error.path
    }

    #[test]
    fn a_profile_is_found_by_its_name() {
        let profiles: Profiles =
            r#"{"default":{"connect":{"language":"pt"}},"mobile":{"token":{"oauthRedirectUri":"app://back"}}}"#
                .parse()
                .unwrap();

        assert_eq!(
            profiles.get(None).unwrap().connect.language,
            Some(WidgetLanguage::Portuguese)
        );
        assert_eq!(profiles.get(Some("default")), profiles.get(None));
        let mobile = profiles.get(Some("mobile")).unwrap();
        assert_eq!(
            mobile.token.oauth_redirect_uri.as_deref(),
            Some("app://back")
        );
        assert_eq!(mobile.connect.language, None, "nothing is inherited");
        assert_eq!(profiles.get(Some("desktop")), None);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_path_and_never_by_its_value() {
        let cases = [
            ("connect", "includeSandbox", json!("true")),
            ("connect", "allowConnectInBackground", json!(1)),
            ("connect", "allowFullscreen", json!(SECRET)),
            ("connect", "selectedConnectorId", json!(-1)),
            ("connect", "selectedConnectorId", json!(4_294_967_296_u64)),
            ("connect", "selectedConnectorId", json!(1.5)),
            ("connect", "selectedConnectorId", json!("2")),
            ("connect", "connectorTypes", json!([])),
            ("connect", "connectorTypes", json!(["PERSONAL_BNAK"])),
            ("connect", "connectorTypes", json!("PERSONAL_BANK")),
            ("connect", "connectorIds", json!([])),
            ("connect", "connectorIds", json!([2, -2])),
            ("connect", "countries", json!([])),
            ("connect", "countries", json!(["BR", "XX"])),
            ("connect", "countries", json!(["br"])),
            ("connect", "products", json!([])),
            ("connect", "products", json!(["ACCOUNTS", SECRET])),
            ("connect", "language", json!("pt-BR")),
            ("connect", "theme", json!("drak")),
            ("connect", "moveSecurityData", json!({})),
            ("connect", "moveSecurityData", json!("{")),
            ("connect", "url", json!("https://hunter2.example.com")),
            ("connect", "langage", json!("pt")),
            ("connect", "connectToken", json!(SECRET)),
            (
                "connect",
                "updateItem",
                json!("9a7b6c5d-0000-4000-8000-000000000001"),
            ),
            ("connect", "openFinanceParameters", json!({"cpf": SECRET})),
            ("connect", "innerRef", json!({})),
            ("connect", "onLoadError", json!({})),
            (
                "token",
                "oauthRedirectUri",
                json!("http://hunter2.example.com"),
            ),
            (
                "token",
                "oauthRedirectUri",
                json!("https://localhost/oauth"),
            ),
            ("token", "oauthRedirectUri", json!("javascript:hunter2")),
            ("token", "avoidDuplicates", json!("yes")),
            ("token", "products", json!([])),
            ("token", "products", json!(["ACCOUNT"])),
            ("token", "clientUserId", json!("somebody")),
            ("token", "webhookUrl", json!("https://hooks.example.com")),
            ("token", "includeSandbox", json!(true)),
        ];
        for (part, option, value) in cases {
            let profiles = json!({"default": {}, "mobile": {part: {option: value}}});

            assert_eq!(
                path_of(profiles),
                format!("mobile.{part}.{option}"),
                "{value}"
            );
        }
    }

    #[test]
    fn a_set_of_profiles_that_is_none_is_refused() {
        assert_eq!(path_of(json!({})), "default");
        assert_eq!(path_of(json!({"web": {}})), "default");
        assert_eq!(path_of(json!({"default": {}, "web": [SECRET]})), "web");
        assert_eq!(
            path_of(json!({"default": {"connect": SECRET}})),
            "default.connect"
        );
        assert_eq!(
            path_of(json!({"default": {"widget": {}}})),
            "default.widget"
        );
        for text in ["", "{", "[]", "null", "\"hunter2\""] {
            let error = text.parse::<Profiles>().unwrap_err();
            assert_eq!(
                error.to_string(),
                "the value must be a JSON object of profiles"
            );
        }
    }

    #[test]
    fn a_profile_has_a_name_that_a_request_can_carry() {
        let longest = "a".repeat(64);
        for name in ["web", "iOS_2", "a-b", "0", &longest] {
            let profiles = json!({"default": {}, name: {}}).to_string();
            assert!(profiles.parse::<Profiles>().is_ok(), "{name}");
        }
        let too_long = "a".repeat(65);
        for name in ["", "a b", "a.b", "é", "a\nb", "a/b", &too_long] {
            let refusal = refusal(json!({"default": {}, name: {}}));
            assert!(refusal.contains("is no name of a profile"), "{refusal}");
            assert!(!refusal.contains('\n') && refusal.len() < 200, "{refusal}");
        }
    }

    #[test]
    fn every_option_can_be_set_and_left_out() {
        let connect = json!({
            "includeSandbox": true, "allowConnectInBackground": true, "allowFullscreen": false,
            "selectedConnectorId": 0, "connectorTypes": ["PERSONAL_BANK", "BUSINESS_BANK"],
            "connectorIds": [2, 601], "countries": ["BR"], "products": ["ACCOUNTS", "LOANS"],
            "language": "es", "theme": "light", "forceOauthInBrowser": true,
            "forceAskForCredentials": false, "connectorSortAlphabetically": true,
            "moveSecurityData": "{\"a\":1}", "wideDesktopModal": true,
            "url": "https://connect.pluggy.ai",
        });
        let token = json!({
            "oauthRedirectUri": "https://app.example.com/oauth", "avoidDuplicates": true,
            "products": ["ACCOUNTS"],
        });
        let profiles = json!({"default": {"connect": connect, "token": token}}).to_string();
        let nulls = r#"{"default":{"connect":{"language":null},"token":{"products":null}}}"#;

        let profiles: Profiles = profiles.parse().unwrap();
        let empty: Profiles = nulls.parse().unwrap();

        assert_eq!(
            serde_json::to_value(&profiles.default.connect).unwrap(),
            connect
        );
        assert_eq!(
            serde_json::to_value(&profiles.default.token).unwrap(),
            token
        );
        assert_eq!(empty.default, Profile::default());
    }

    #[test]
    fn sandbox_connectors_are_for_deployments_that_say_so() {
        let parse = |json: &str| json.parse::<Profiles>().unwrap();
        let without = parse(r#"{"default":{"connect":{"includeSandbox":false}},"web":{}}"#);
        let with = parse(r#"{"default":{},"web":{"connect":{"includeSandbox":true}}}"#);

        for profiles in [&without, &with] {
            assert_eq!(profiles.check(SandboxConnectors::Allowed), Ok(()));
        }
        assert_eq!(without.check(SandboxConnectors::Forbidden), Ok(()));
        let error = with.check(SandboxConnectors::Forbidden).unwrap_err();
        assert_eq!(
            error.to_string(),
            "web.connect.includeSandbox must not be true where SANDBOX_CONNECTORS is not"
        );
    }
}
