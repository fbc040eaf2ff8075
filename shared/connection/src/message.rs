//! Messages to the user, in Portuguese and English.

use super::{Language, Reason};

/// Returns the message to the user: the state of the connection, and the next action.
pub fn message(reason: Reason, language: Language) -> &'static str {
    let (portuguese, english) = texts(reason);
    match language {
        Language::Portuguese => portuguese,
        Language::English => english,
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn texts(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::NotRead => (
            "Estamos conectando sua conta. Você não precisa fazer nada.",
            "We are connecting your account. There is nothing you need to do.",
        ),
        Reason::FirstExecutionRuns => (
            "Estamos conectando sua conta e buscando seus dados. Você não precisa fazer nada.",
            "We are connecting your account and collecting your data. There is nothing you need to do.",
        ),
        Reason::LaterExecutionRuns => (
            "Estamos atualizando seus dados. Você não precisa fazer nada.",
            "We are updating your data. There is nothing you need to do.",
        ),
        Reason::InputAwaited => (
            "Seu banco pediu uma confirmação. Informe-a para continuar.",
            "Your bank asks for a confirmation. Enter it to continue.",
        ),
        Reason::InputExpired => (
            "O tempo para informar a confirmação acabou. Tente novamente.",
            "The time to enter the confirmation has run out. Please try again.",
        ),
        Reason::ActionAwaited => (
            "Seu banco espera por você. Conclua o que ele pede no aplicativo ou no site do banco.",
            "Your bank is waiting for you. Complete what it asks for in its app or on its website.",
        ),
        Reason::ActionExpired => (
            "O tempo para concluir o que seu banco pediu acabou. Tente novamente.",
            "The time to complete what your bank asked for has run out. Please try again.",
        ),
        Reason::Collected => (
            "Sua conta está conectada e atualizada.",
            "Your account is connected and up to date.",
        ),
        Reason::UpdateOverdue => (
            "Sua conta está conectada. A próxima atualização dos dados está atrasada e virá automaticamente.",
            "Your account is connected. The next update of your data is late and will come by itself.",
        ),
        Reason::ProductsMissing => (
            "Sua conta está conectada, mas parte dos dados ainda não chegou.",
            "Your account is connected, but some of its data has not arrived yet.",
        ),
        Reason::ResourcesPending => (
            "Sua conta está conectada. Outro titular ainda precisa aprovar parte do acesso no banco.",
            "Your account is connected. Another account holder still has to approve part of the access at the bank.",
        ),
        Reason::ConsentEnded => (
            "A autorização de acesso ao seu banco terminou. Conecte sua conta novamente.",
            "The authorization to access your bank has ended. Please connect your account again.",
        ),
        Reason::AuthorizationRevoked => (
            "A autorização de acesso foi cancelada no seu banco. Conecte sua conta novamente.",
            "The authorization was canceled at your bank. Please connect your account again.",
        ),
        Reason::AuthorizationPending => (
            "Autorize o acesso no aplicativo do seu banco. Pode levar cerca de 30 minutos; depois a conexão continua sozinha.",
            "Authorize the access in your bank's app. It may take about 30 minutes; the connection then goes on by itself.",
        ),
        Reason::AuthorizationOverdue => (
            "O acesso ainda não foi autorizado no seu banco. Tente conectar novamente.",
            "The access has not been authorized at your bank. Please try to connect again.",
        ),
        Reason::AuthorizationNotGranted => (
            "O acesso não foi autorizado no seu banco. Tente novamente e autorize o acesso.",
            "The access was not authorized at your bank. Please try again and authorize it.",
        ),
        Reason::CredentialsRefused => (
            "Seu banco não aceitou os dados de acesso. Confira-os e informe-os novamente.",
            "Your bank did not accept your login details. Check them and enter them again.",
        ),
        Reason::InputRefused => (
            "Seu banco não aceitou a confirmação. Tente novamente com uma nova.",
            "Your bank did not accept the confirmation. Please try again with a new one.",
        ),
        Reason::AccountLocked => (
            "Seu banco bloqueou o acesso à sua conta. Desbloqueie-o com o banco e depois conecte novamente.",
            "Your bank has locked the access to your account. Unlock it with the bank, then connect again.",
        ),
        Reason::PasswordExpired => (
            "Seu banco pede uma nova senha. Crie-a no aplicativo ou no site do banco e depois conecte com ela.",
            "Your bank wants a new password. Set it in the bank's app or on its website, then connect with it.",
        ),
        Reason::AccountNeedsAction => (
            "Seu banco pede algo antes de continuar, como aceitar novos termos. Conclua no aplicativo ou no site do banco e depois conecte novamente.",
            "Your bank wants something done first, such as accepting new terms. Complete it in the bank's app or on its website, then connect again.",
        ),
        Reason::LoggedInElsewhere => (
            "Sua conta está aberta em outro lugar. Saia do aplicativo e do site do banco; tentaremos novamente em breve.",
            "Your account is open somewhere else. Log out of the bank's app and website; we will try again soon.",
        ),
        Reason::AccountNotSupported => (
            "Este tipo de conta não é compatível. Fale com o suporte.",
            "This kind of account is not supported. Please contact support.",
        ),
        Reason::LoginInterrupted => (
            "A conexão foi interrompida porque seu banco não respondeu como esperado. Tente conectar novamente.",
            "The connection was interrupted because your bank did not respond as expected. Please try to connect again.",
        ),
        Reason::LoginBlocked => (
            "Sua conta está aberta em outro lugar. Saia do aplicativo e do site do banco e depois conecte novamente.",
            "Your account is open somewhere else. Log out of the bank's app and website, then connect again.",
        ),
        Reason::LoginFailed => (
            "Não conseguimos entrar na sua conta. Informe seus dados de acesso novamente.",
            "We could not log in to your account. Please enter your login details again.",
        ),
        Reason::BankUnavailable => (
            "Seu banco está indisponível no momento. Tentaremos novamente em breve; você não precisa digitar sua senha.",
            "Your bank is unavailable right now. We will try again soon; you do not need to type your password.",
        ),
        Reason::ExecutionFailed => (
            "Não conseguimos atualizar seus dados agora. Tentaremos novamente em breve; você não precisa fazer nada.",
            "We could not update your data just now. We will try again soon; there is nothing you need to do.",
        ),
        Reason::GivenUp => (
            "Não conseguimos atualizar seus dados nas últimas horas. Tente atualizar a conexão.",
            "We have not been able to update your data for some hours. Please try to update the connection.",
        ),
        Reason::ConnectorOffline => (
            "A conexão com seu banco está indisponível no momento. Tentaremos novamente quando ela voltar; você não precisa digitar sua senha.",
            "The connection to your bank is unavailable right now. We will try again when it is back; you do not need to type your password.",
        ),
        Reason::OfflineUntilReconnected => (
            "Sua conta precisa ser conectada novamente, mas seu banco está indisponível no momento. Tente mais tarde.",
            "Your account has to be connected again, but your bank is unavailable right now. Please try later.",
        ),
        Reason::ConnectorRetired => (
            "Esta forma de conexão com seu banco foi encerrada. Conecte sua conta novamente.",
            "This way of connecting to your bank has been discontinued. Please connect your account again.",
        ),
        Reason::UnknownStatus => (
            "Não conseguimos saber como está sua conexão. Tente ver de novo mais tarde.",
            "We cannot tell how your connection is doing. Please look again later.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_reason_has_a_message_of_its_own_in_each_language() {
        for language in [Language::Portuguese, Language::English] {
            let messages: BTreeSet<_> = Reason::ALL
                .iter()
                .map(|reason| message(*reason, language))
                .collect();

            assert_eq!(messages.len(), Reason::ALL.len());
            for message in messages {
                assert!(message.ends_with('.'), "{message}");
            }
        }
    }

    #[test]
    fn nobody_is_asked_for_a_password_because_the_bank_is_unavailable() {
        for reason in [Reason::BankUnavailable, Reason::ConnectorOffline] {
            assert!(
                message(reason, Language::Portuguese).contains("não precisa digitar sua senha")
            );
            assert!(
                message(reason, Language::English).contains("do not need to type your password")
            );
        }
    }
}
