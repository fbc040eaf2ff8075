//! Profiles: named sets of widget and token options, configured per deployment. A caller chooses a name,
//! never a value. A profile inherits nothing from the default profile.

mod address;
mod invalid;
mod options;
mod reader;
mod sandbox;

use std::collections::BTreeMap;
use std::str::FromStr;

use pluggy::{ConnectOptions, ConnectTokenOptions, ConnectorId};
use runtime::fields::invalid;
use runtime::problem::Problem;
use serde::Deserialize;
use serde_json::{Map, Value};

pub use invalid::InvalidProfiles;
pub use sandbox::{InvalidSandboxConnectors, SandboxConnectors};

/// Name of the profile used when the request names none.
const DEFAULT: &str = "default";

/// One set of options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Options for the widget.
    pub connect: ConnectOptions,
    /// Options for the connect token.
    pub token: ConnectTokenOptions,
}

impl Profile {
    /// Refuses a connector that the widget is to start at, if the profile lists connectors and this one is not among
    /// them.
    pub(crate) fn check_connector(&self, selected: Option<ConnectorId>) -> Result<(), Problem> {
        let listed = self.connect.connector_ids.as_ref();
        match (selected, listed) {
            (Some(selected), Some(listed)) if !listed.contains(&selected) => Err(invalid(
                "selectedConnectorId",
                "must be one of the profile's connectors",
            )),
            _ => Ok(()),
        }
    }
}

/// The deployment's profiles, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    default: Profile,
    named: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Returns the profile with this name, or the default profile if no name is given.
    pub fn get(&self, name: Option<&str>) -> Option<&Profile> {
        match name {
            None | Some(DEFAULT) => Some(&self.default),
            Some(name) => self.named.get(name),
        }
    }

    /// Checks that the profiles list sandbox connectors only if the deployment allows them.
    pub fn check(&self, sandbox_connectors: SandboxConnectors) -> Result<(), InvalidProfiles> {
        let named = self
            .named
            .iter()
            .map(|(name, profile)| (name.as_str(), profile));
        let mut all = [(DEFAULT, &self.default)].into_iter().chain(named);
        let listing = all.find(|(_, profile)| profile.connect.include_sandbox == Some(true));
        match (sandbox_connectors, listing) {
            (SandboxConnectors::Forbidden, Some((name, _))) => Err(InvalidProfiles::new(
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
        let profiles: Map<String, Value> = serde_json::from_str(json).map_err(|_| {
            InvalidProfiles::new(&["the value"], "must be a JSON object of profiles")
        })?;
        let mut named = BTreeMap::new();
        for (name, profile) in profiles {
            let profile = reader::read(&name, profile)?;
            named.insert(name, profile);
        }
        let default = named
            .remove(DEFAULT)
            .ok_or_else(|| InvalidProfiles::new(&[DEFAULT], "must be one of the profiles"))?;
        Ok(Self { default, named })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pluggy::WidgetLanguage;

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
