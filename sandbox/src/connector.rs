use std::collections::BTreeMap;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::error::{Error, ParameterError};

/// The values that the user typed, by the name of the credential.
pub(crate) type Parameters = BTreeMap<String, String>;

/// An institution as `GET /connectors/{id}` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "Pluggy's wire format has them"
)]
pub(crate) struct Connector {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) primary_color: &'static str,
    pub(crate) institution_url: &'static str,
    pub(crate) country: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) image_url: String,
    #[serde(rename = "hasMFA")]
    pub(crate) has_mfa: bool,
    pub(crate) oauth: bool,
    pub(crate) health: Health,
    pub(crate) products: Vec<&'static str>,
    pub(crate) is_sandbox: bool,
    pub(crate) is_open_finance: bool,
    pub(crate) supports_payment_initiation: bool,
    pub(crate) supports_scheduled_payments: bool,
    pub(crate) supports_smart_transfers: bool,
    pub(crate) supports_boleto_management: bool,
    pub(crate) supports_automatic_pix: bool,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
}

/// The health of an institution.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Health {
    pub(crate) status: HealthStatus,
    pub(crate) stage: Option<&'static str>,
}

/// The status of connections to an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthStatus {
    /// Connections work.
    Online,
    /// Connections work some of the time.
    Unstable,
    /// Connections do not work, and new ones are refused.
    Offline,
}

/// One field of an institution's login form, or of a later question.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credential {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) mfa: bool,
    pub(crate) optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<SelectOption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validation_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instructions: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Moment>,
}

/// One choice of a credential of type `select`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct SelectOption {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
}

impl Connector {
    /// Checks that parameters are complete and well-formed.
    pub(crate) fn check(&self, parameters: &Parameters) -> Result<(), Error> {
        let refusals = self.refusals(parameters);
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid_parameters(refusals))
        }
    }

    /// Returns the errors in parameters.
    pub(crate) fn refusals(&self, parameters: &Parameters) -> Vec<ParameterError> {
        self.credentials
            .iter()
            .filter_map(|credential| {
                let value = parameters.get(credential.name).map(String::as_str);
                credential
                    .refusal(value.unwrap_or_default())
                    .map(|message| ParameterError::new(credential.name, message))
            })
            .collect()
    }

    /// Returns the requested products that the institution has.
    pub(crate) fn products_among(&self, wanted: &[String]) -> Vec<&'static str> {
        let is_wanted = |name: &&'static str| wanted.iter().any(|wanted| wanted == name);
        self.products.iter().copied().filter(is_wanted).collect()
    }

    /// Returns the credential that must be new at each login, if the institution has one.
    pub(crate) fn renewable_credential(&self) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.mfa)
    }

    /// Returns whether Pluggy can run an execution without the user.
    pub(crate) fn can_sync_alone(&self) -> bool {
        !self.has_mfa && self.renewable_credential().is_none()
    }
}

impl Credential {
    fn refusal(&self, value: &str) -> Option<String> {
        if value.is_empty() {
            return (!self.optional).then(|| format!("{} is required", self.name));
        }
        let is_offered =
            self.options.is_empty() || self.options.iter().any(|option| option.value == value);
        let has_form = self.pattern().is_none_or(|pattern| pattern.is_match(value));
        let message = self.validation_message.unwrap_or("the value is not valid");
        (!is_offered || !has_form).then(|| message.to_owned())
    }

    fn pattern(&self) -> Option<Regex> {
        self.validation.and_then(|pattern| Regex::new(pattern).ok())
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}
