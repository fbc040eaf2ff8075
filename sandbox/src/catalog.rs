//! The institutions that the sandbox offers: Pluggy's own sandbox connectors, and a few that look like live ones.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::clock::Moment;
use crate::connector::{Connector, Credential, Health, HealthStatus, SelectOption};

/// The connector whose items cannot be updated through the API.
pub(crate) const MEU_PLUGGY: u32 = 200;

/// The connector that shows a QR code for the user to scan.
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

/// Returns every connector by its id.
pub(crate) fn connectors() -> BTreeMap<u32, Connector> {
    let login = || vec![user(), password()];
    let one_step = || vec![user(), password(), token()];
    let cooperative_login = || vec![cooperative(), user(), password()];

    [
        sandbox(2, "Pluggy Bank", login()),
        sandbox(4, "Pluggy Bank MFA 1 step", one_step()),
        with_mfa(sandbox(5, "Pluggy Bank MFA 2 step", login())),
        business(sandbox(8, "Pluggy Bank Business", login())),
        with_mfa(sandbox(9, "Pluggy Bank MFA multi-account", login())),
        business(with_mfa(sandbox(10, "Pluggy Bank Business MFA", login()))),
        sandbox(12, "Pluggy Bank Cooperative", cooperative_login()),
        investment(sandbox(16, "Pluggy Bank Investments", login())),
        sandbox(QR, "Pluggy Bank QR", login()),
        oauth(sandbox(MEU_PLUGGY, "MeuPluggy", Vec::new())),
        live(sandbox(212, "Nubank", login())),
        live(with_mfa(sandbox(219, "Caixa", login()))),
        live(open_finance(sandbox(601, "Itaú", vec![cpf()]))),
    ]
    .into_iter()
    .map(|connector| (connector.id, connector))
    .collect()
}

fn sandbox(id: u32, name: &'static str, credentials: Vec<Credential>) -> Connector {
    Connector {
        id,
        name,
        primary_color: "EF294B",
        institution_url: "https://pluggy.ai",
        country: "BR",
        kind: "PERSONAL_BANK",
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

fn live(connector: Connector) -> Connector {
    Connector {
        primary_color: "0070AF",
        institution_url: "https://bank.example.com",
        is_sandbox: false,
        ..connector
    }
}

fn open_finance(connector: Connector) -> Connector {
    Connector {
        is_open_finance: true,
        supports_payment_initiation: true,
        ..oauth(connector)
    }
}

/// The user logs in on a page of the institution.
fn oauth(connector: Connector) -> Connector {
    Connector {
        oauth: true,
        ..connector
    }
}

fn business(connector: Connector) -> Connector {
    Connector {
        kind: "BUSINESS_BANK",
        ..connector
    }
}

fn investment(connector: Connector) -> Connector {
    Connector {
        kind: "INVESTMENT",
        products: vec!["INVESTMENTS", "INVESTMENTS_TRANSACTIONS", "IDENTITY"],
        ..connector
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

fn cooperative() -> Credential {
    Credential {
        name: "cooperative",
        label: "Cooperative",
        kind: "select",
        options: vec![
            SelectOption {
                value: "0001",
                label: "Cooperative 1",
            },
            SelectOption {
                value: "0002",
                label: "Cooperative 2",
            },
        ],
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
    fn a_choice_that_is_not_offered_is_refused() {
        let connectors = connectors();
        let parameters = [
            ("user", "user-ok"),
            ("password", "password-ok"),
            ("cooperative", "0003"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));

        let refusals = connectors[&12].refusals(&parameters.into());

        let details = serde_json::to_value(refusals).unwrap();
        assert_eq!(details[0]["parameter"], "cooperative");
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
