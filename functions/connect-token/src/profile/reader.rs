//! Conversion from JSON to a profile, option by option, so that an error can name the path.

use serde_json::Value;

use super::options::{self, Rule};
use super::{InvalidProfiles, Profile};

/// Maximum length of a profile name.
const MAX_NAME_BYTES: usize = 64;

/// Reads the profile with this name.
pub(super) fn read(name: &str, profile: Value) -> Result<Profile, InvalidProfiles> {
    if !is_name(name) {
        let rule = "is no name of a profile: 1 to 64 of a-z, A-Z, 0-9, _ and -";
        return Err(InvalidProfiles::new(&[name], rule));
    }
    let parts = profile
        .as_object()
        .ok_or_else(|| InvalidProfiles::new(&[name], "must be an object"))?;
    for (part, options) in parts {
        let rules: &[Rule] = match part.as_str() {
            "connect" => &options::CONNECT,
            "token" => &options::TOKEN,
            _ => {
                let rule = "is no part of a profile; connect and token are";
                return Err(InvalidProfiles::new(&[name, part], rule));
            }
        };
        let options = options
            .as_object()
            .ok_or_else(|| InvalidProfiles::new(&[name, part], "must be an object"))?;
        for (option, value) in options {
            check_option(rules, option, value)
                .map_err(|rule| InvalidProfiles::new(&[name, part, option], rule))?;
        }
    }
    // The rules above are at least as strict.
    serde_json::from_value(profile).map_err(|_| InvalidProfiles::new(&[name], "must be a profile"))
}

/// Checks one option. Null counts as absent, as in requests.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profiles;
    use serde_json::json;

    /// Marker inside wrong values; no error may contain it.
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
    fn an_error_names_the_path_and_never_the_value() {
        let cases = [
            ("connect", "includeSandbox", json!("true")),
            ("connect", "allowConnectInBackground", json!(1)),
            ("connect", "allowFullscreen", json!(SECRET)),
            ("connect", "selectedConnectorId", json!(-1)),
            ("connect", "selectedConnectorId", json!(4_294_967_296_u64)),
            ("connect", "selectedConnectorId", json!(1.5)),
            ("connect", "selectedConnectorId", json!(2.0)),
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
            ("connect", "products", json!(["ACCOUNT_STATEMENTS"])),
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
    fn an_address_that_breaks_the_widget_is_refused_with_its_rule() {
        for url in [
            "HTTPS://connect.pluggy.ai",
            "https://connect.pluggy.ai/",
            "https://connect.pluggy.ai?x=1",
        ] {
            assert_eq!(
                refusal(json!({"default": {"connect": {"url": url}}})),
                "default.connect.url must be an origin such as https://connect.pluggy.ai: pluggy.ai or a \
                 subdomain, in lower case, without a port, slash, path or query",
                "{url}"
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
            serde_json::to_value(&profiles.get(None).unwrap().connect).unwrap(),
            connect
        );
        assert_eq!(
            serde_json::to_value(&profiles.get(None).unwrap().token).unwrap(),
            token
        );
        assert_eq!(empty.get(None), Some(&Profile::default()));
    }
}
