//! The institutions that the sandbox offers: Pluggy's own sandbox connectors, and a few that look like live ones.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::clock::Moment;
use crate::connector::{Connector, Credential, Health, HealthStatus};

/// The connector whose items cannot be updated through the API.
pub(crate) const MEU_PLUGGY: u32 = 200;

/// The connector that shows a QR code instead of asking for a password to be confirmed.
pub(crate) const QR: u32 = 19;

const BANK_PRODUCTS: [&str; 6] = [
    "ACCOUNTS",
    "CREDIT_CARDS",
    "TRANSACTIONS",
    "INVESTMENTS",
    "PAYMENT_DATA",
    "IDENTITY",
];

const CREATED_AT: Moment = Moment(Timestamp::constant(1_694_537_053, 0));

/// Every connector by its id.
pub(crate) fn connectors() -> BTreeMap<u32, Connector> {
    let login = || vec![user(), password()];
    let one_step = || vec![user(), password(), token()];

    [
        sandbox(2, "Pluggy Bank", "PERSONAL_BANK", login()),
        sandbox(4, "Pluggy Bank MFA 1 step", "PERSONAL_BANK", one_step()),
        with_mfa(sandbox(
            5,
            "Pluggy Bank MFA 2 step",
            "PERSONAL_BANK",
            login(),
        )),
        sandbox(8, "Pluggy Bank Business", "BUSINESS_BANK", login()),
        with_mfa(sandbox(
            9,
            "Pluggy Bank MFA multi-account",
            "PERSONAL_BANK",
            login(),
        )),
        with_mfa(sandbox(
            10,
            "Pluggy Bank Business MFA 2 step",
            "BUSINESS_BANK",
            login(),
        )),
        sandbox(QR, "Pluggy Bank QR", "PERSONAL_BANK", login()),
        sandbox(MEU_PLUGGY, "MeuPluggy", "PERSONAL_BANK", login()),
        live(212, "Nubank", "PERSONAL_BANK", "820AD1", login()),
        with_mfa(live(219, "Caixa", "PERSONAL_BANK", "0070AF", login())),
        open_finance(601, "Itaú", "PERSONAL_BANK", "EC7000"),
    ]
    .into_iter()
    .map(|connector| (connector.id, connector))
    .collect()
}

fn sandbox(
    id: u32,
    name: &'static str,
    kind: &'static str,
    credentials: Vec<Credential>,
) -> Connector {
    Connector {
        id,
        name,
        primary_color: "EF294B",
        institution_url: "https://pluggy.ai",
        country: "BR",
        kind,
        credentials,
        image_url: format!("https://cdn.pluggy.ai/assets/connector-icons/{id}.svg"),
        has_mfa: false,
        oauth: false,
        health: Health {
            status: HealthStatus::Online,
            stage: None,
        },
        products: BANK_PRODUCTS.to_vec(),
        is_sandbox: true,
        is_open_finance: false,
        supports_payment_initiation: false,
        supports_scheduled_payments: false,
        supports_smart_transfers: false,
        supports_boleto_management: false,
        supports_automatic_pix: false,
        created_at: CREATED_AT,
        updated_at: CREATED_AT,
    }
}

fn live(
    id: u32,
    name: &'static str,
    kind: &'static str,
    primary_color: &'static str,
    credentials: Vec<Credential>,
) -> Connector {
    Connector {
        primary_color,
        institution_url: "https://bank.example.com",
        is_sandbox: false,
        ..sandbox(id, name, kind, credentials)
    }
}

fn open_finance(
    id: u32,
    name: &'static str,
    kind: &'static str,
    primary_color: &'static str,
) -> Connector {
    Connector {
        oauth: true,
        is_open_finance: true,
        supports_payment_initiation: true,
        ..live(id, name, kind, primary_color, vec![cpf()])
    }
}

fn with_mfa(connector: Connector) -> Connector {
    Connector {
        has_mfa: true,
        ..connector
    }
}

fn user() -> Credential {
    Credential {
        name: "user",
        label: "User",
        kind: "text",
        ..Credential::default()
    }
}

fn password() -> Credential {
    Credential {
        name: "password",
        label: "Password",
        kind: "password",
        ..Credential::default()
    }
}

fn token() -> Credential {
    Credential {
        name: "token",
        label: "Token",
        kind: "number",
        mfa: true,
        validation: Some(r"^\d{6}$"),
        validation_message: Some("The token has 6 digits"),
        ..Credential::default()
    }
}

fn cpf() -> Credential {
    Credential {
        name: "cpf",
        label: "CPF",
        kind: "text",
        validation: Some(r"^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$"),
        validation_message: Some("The CPF has 11 digits"),
        ..Credential::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_validation_is_a_regular_expression() {
        for connector in connectors().values() {
            for validation in connector
                .credentials
                .iter()
                .filter_map(|field| field.validation)
            {
                assert!(regex_lite::Regex::new(validation).is_ok(), "{validation}");
            }
        }
    }

    #[test]
    fn a_missing_and_a_malformed_parameter_are_both_named() {
        let connectors = connectors();
        let parameters = [("user", "user-ok"), ("token", "12")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));

        let refusals = connectors[&4].refusals(&parameters.into());

        let details = serde_json::to_value(refusals).unwrap();
        assert_eq!(details[0]["parameter"], "password");
        assert_eq!(details[0]["code"], "001");
        assert_eq!(details[1]["parameter"], "token");
        assert_eq!(details[1]["message"], "The token has 6 digits");
    }
}
