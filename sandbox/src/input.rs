use uuid::Uuid;

use crate::clock::Moment;
use crate::connector::{Credential, SelectOption};

/// The answer that every institution of the sandbox accepts.
const ACCEPTED: &str = "123456";

/// The name of the parameter of a login at the bank.
pub(crate) const LOGIN: &str = "oauthCode";

const OPTIONS: [SelectOption; 2] = [
    SelectOption {
        value: "1",
        label: "Checking account",
    },
    SelectOption {
        value: "2",
        label: "Savings account",
    },
];

/// A picture of the accepted answer.
const IMAGE: &str = "iVBORw0KGgoAAAANSUhEUgAAANwAAAA3AQAAAABPohltAAAAiUlEQVR42u2UsQ2AMAwEH1GkZARGYTSQshhskhEoKaI89oeaEjeksGyfi9fbCvjy8EPBcyV3rLwwWeNgBQaypCjYvL8wM/nYNbDONqMQA6WWBpUlqV1URkKXzH1iMfvk4YYUCtWyrOBZanZL46Al7Pv0A5tjYcNox67QhbLYPiuei/8e/n/fO7wBj/wB5l9Nsb8AAAAASUVORK5CYII=";

/// The input that an institution requests during a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A code from the user's device.
    Token,
    /// The text in a picture.
    Image,
    /// One of a few choices.
    Select,
    /// A code sent to the user's phone.
    Phone,
}

/// Returns the request to log in at the bank, as the item of an Open Finance connection shows it. Each has its own link.
pub(crate) fn login_page(expires_at: Moment) -> Credential {
    Credential {
        name: LOGIN,
        label: "Oauth Code",
        kind: "oauth",
        instructions: Some("Log into your bank to continue"),
        data: Some(format!(
            "https://bank.example.com/auth?request={}",
            Uuid::new_v4()
        )),
        expires_at: Some(expires_at),
        ..Credential::default()
    }
}

impl Input {
    /// Returns the question as the item shows it.
    pub(crate) fn credential(self, expires_at: Moment) -> Credential {
        let token = Credential {
            name: self.name(),
            label: "Token",
            kind: "number",
            mfa: true,
            expires_at: Some(expires_at),
            ..Credential::default()
        };
        match self {
            Self::Token => token,
            Self::Image => Credential {
                label: "Code in the image",
                kind: "image",
                data: Some(IMAGE.to_owned()),
                ..token
            },
            Self::Select => Credential {
                label: "Account",
                kind: "select",
                options: OPTIONS.to_vec(),
                ..token
            },
            Self::Phone => Credential {
                label: "Code sent to your phone",
                ..token
            },
        }
    }

    /// Returns the name of the credential for the answer.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Image => "code",
            Self::Select => "account",
            Self::Phone => "phoneCode",
        }
    }

    /// Returns whether the institution accepts an answer.
    pub(crate) fn accepts(self, answer: &str) -> bool {
        match self {
            Self::Token | Self::Image | Self::Phone => answer == ACCEPTED,
            Self::Select => OPTIONS.iter().any(|option| option.value == answer),
        }
    }
}
