//! Profiles: named sets of widget and token options that belong to the deployment. A caller picks a
//! name, never a value.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use shared::pluggy::{ConnectOptions, ConnectTokenOptions};

/// Name of the profile that a caller gets without asking for one.
const DEFAULT: &str = "default";

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

/// Profiles that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not a set of profiles")]
pub struct InvalidProfiles;

impl Profiles {
    /// The profile of a name; the default one if no name is given.
    pub fn get(&self, name: Option<&str>) -> Option<&Profile> {
        match name {
            None | Some(DEFAULT) => Some(&self.default),
            Some(name) => self.named.get(name),
        }
    }
}

impl FromStr for Profiles {
    type Err = InvalidProfiles;

    fn from_str(json: &str) -> Result<Self, InvalidProfiles> {
        let mut named: BTreeMap<String, Profile> =
            serde_json::from_str(json).map_err(|_| InvalidProfiles)?;
        let default = named.remove(DEFAULT).ok_or(InvalidProfiles)?;
        Ok(Self { default, named })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::pluggy::WidgetLanguage;

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
        assert_eq!(
            profiles
                .get(Some("mobile"))
                .unwrap()
                .token
                .oauth_redirect_uri
                .as_deref(),
            Some("app://back")
        );
        assert_eq!(profiles.get(Some("desktop")), None);
    }

    #[test]
    fn a_mistyped_or_forbidden_option_is_refused() {
        for json in [
            "",
            "{}",
            r#"{"web":{}}"#,
            r#"{"default":{"connect":{"langage":"pt"}}}"#,
            r#"{"default":{"connect":{"openFinanceParameters":{}}}}"#,
            r#"{"default":{"connect":{"updateItem":"9a7b6c5d-0000-4000-8000-000000000001"}}}"#,
            r#"{"default":{"token":{"clientUserId":"somebody"}}}"#,
            r#"{"default":{"token":{"webhookUrl":"https://hooks.example.com"}}}"#,
        ] {
            assert!(json.parse::<Profiles>().is_err(), "{json}");
        }
    }
}
