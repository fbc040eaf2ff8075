//! What the user is told, in Portuguese and English.

use super::ActionKind;

/// A language of our messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Brazilian Portuguese, the language of Pluggy's users.
    #[default]
    Portuguese,
    /// English.
    English,
}

impl Language {
    /// The first of our languages that `Accept-Language` names; Portuguese if it names none.
    ///
    /// Quality values are not weighed: browsers list languages in order of preference. Source: RFC
    /// 9110, section 12.5.4.
    pub fn accepted(header: Option<&str>) -> Self {
        let ranges = header.unwrap_or_default().split(',');
        let mut primary_tags =
            ranges.map(|range| range.trim().split(['-', ';']).next().unwrap_or_default());
        primary_tags
            .find_map(|tag| match tag.to_ascii_lowercase().as_str() {
                "pt" => Some(Self::Portuguese),
                "en" => Some(Self::English),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The language's tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Portuguese => "pt",
            Self::English => "en",
        }
    }
}

/// What to tell the user about the next action.
pub fn message(kind: ActionKind, language: Language) -> &'static str {
    let (portuguese, english) = match kind {
        ActionKind::None => ("Nenhuma ação é necessária.", "There is nothing to do."),
        ActionKind::Wait => (
            "Estamos buscando seus dados. Isso continua sozinho.",
            "Your data is being collected. This goes on by itself.",
        ),
        ActionKind::AnswerMfa => (
            "Seu banco pediu um código de confirmação. Informe-o para continuar.",
            "Your bank asks for a confirmation code. Enter it to go on.",
        ),
        ActionKind::AuthorizeDevice => (
            "Autorize o acesso no aplicativo do seu banco. Pode levar cerca de 30 minutos; depois a conexão continua sozinha.",
            "Authorize the access in your bank's app. It may take about 30 minutes; the connection then goes on by itself.",
        ),
        ActionKind::ActAtBank => (
            "Seu banco precisa de uma ação sua. Conclua-a no aplicativo ou site do banco.",
            "Your bank needs you to do something. Complete it in the bank's app or website.",
        ),
        ActionKind::Reconnect => (
            "A conexão com seu banco foi interrompida. Informe seus dados de acesso novamente.",
            "The connection to your bank was interrupted. Enter your credentials again.",
        ),
        ActionKind::ConnectAgain => (
            "O acesso ao seu banco terminou. Conecte sua conta novamente.",
            "The access to your bank has ended. Connect your account again.",
        ),
        ActionKind::WaitForBank => (
            "Seu banco está indisponível no momento. Tentaremos novamente em breve.",
            "Your bank is not available right now. We will try again soon.",
        ),
        ActionKind::ContactSupport => (
            "Este tipo de conta não é compatível. Fale com o suporte.",
            "This kind of account is not supported. Please contact support.",
        ),
    };
    match language {
        Language::Portuguese => portuguese,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_is_used() {
        let cases = [
            (None, Language::Portuguese),
            (Some(""), Language::Portuguese),
            (Some("en-US,en;q=0.9"), Language::English),
            (Some("es-AR, EN;q=0.5, pt"), Language::English),
            (Some("pt-BR"), Language::Portuguese),
            (Some("fr"), Language::Portuguese),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::accepted(header), expected, "{header:?}");
        }
    }
}
