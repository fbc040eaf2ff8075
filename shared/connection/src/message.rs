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
        Reason::NotFetched => (
            "Estamos conectando sua conta. Você não precisa fazer nada.",
            "We are connecting your account. There is nothing you need to do.",
        ),
        Reason::FirstExecution => (
            "Estamos conectando sua conta e buscando seus dados. Você não precisa fazer nada.",
            "We are connecting your account and collecting your data. There is nothing you need to do.",
        ),
        Reason::ExecutionRunning => (
            "Estamos atualizando seus dados. Você não precisa fazer nada.",
            "We are updating your data. There is nothing you need to do.",
        ),
        Reason::MfaRequired => (
            "Seu banco pediu uma confirmação. Informe-a para continuar.",
            "Your bank asks for a confirmation. Enter it to continue.",
        ),
        Reason::MfaExpired => (
            "O tempo para informar a confirmação acabou. Tente novamente.",
            "The time to enter the confirmation has run out. Please try again.",
        ),
        Reason::BankActionRequired => (
            "Seu banco espera por você. Conclua o que ele pede no aplicativo ou no site do banco.",
            "Your bank is waiting for you. Complete what it asks for in its app or on its website.",
        ),
        Reason::BankActionExpired => (
            "O tempo para concluir o que seu banco pediu acabou. Tente novamente.",
            "The time to complete what your bank asked for has run out. Please try again.",
        ),
        Reason::OpenFinanceLogin => (
            "Entre na página ou no aplicativo do seu banco e autorize o acesso. Depois a conexão continua sozinha.",
            "Log in on your bank's page or in its app and authorize the access. The connection then continues by itself.",
        ),
        Reason::OpenFinanceLoginExpired => (
            "O acesso não foi autorizado no seu banco a tempo. Tente conectar novamente.",
            "The access was not authorized at your bank in time. Please try to connect again.",
        ),
        Reason::UpToDate => (
            "Sua conta está conectada e atualizada.",
            "Your account is connected and up to date.",
        ),
        Reason::ExecutionOverdue => (
            "Sua conta está conectada. A próxima atualização dos dados está atrasada e virá automaticamente.",
            "Your account is connected. The next update of your data is late and will come by itself.",
        ),
        Reason::DataStale => (
            "Sua conta está conectada, mas os dados têm mais de uma semana e não serão atualizados automaticamente. Atualize-os agora.",
            "Your account is connected, but its data is more than a week old and will not be updated by itself. Please update it now.",
        ),
        Reason::DataStaleConnectorOffline => (
            "Sua conta está conectada, mas os dados têm mais de uma semana e seu banco está indisponível no momento. Tente atualizá-los mais tarde.",
            "Your account is connected, but its data is more than a week old and your bank is unavailable right now. Please try to update it later.",
        ),
        Reason::PartiallyUpdated => (
            "Sua conta está conectada, mas parte dos dados ainda não chegou.",
            "Your account is connected, but some of its data has not arrived yet.",
        ),
        Reason::CoHolderApprovalPending => (
            "Sua conta está conectada. Outro titular ainda precisa aprovar parte do acesso no banco.",
            "Your account is connected. Another account holder still has to approve part of the access at the bank.",
        ),
        Reason::ConsentExpired => (
            "A autorização de acesso ao seu banco terminou. Conecte sua conta novamente.",
            "The authorization to access your bank has ended. Please connect your account again.",
        ),
        Reason::AuthorizationRevoked => (
            "A autorização de acesso foi cancelada no seu banco. Conecte sua conta novamente.",
            "The authorization was canceled at your bank. Please connect your account again.",
        ),
        Reason::DeviceAuthorizationPending => (
            "Autorize o acesso no aplicativo do seu banco. Pode levar cerca de 30 minutos; depois a conexão continua sozinha.",
            "Authorize the access in your bank's app. It may take about 30 minutes; the connection then goes on by itself.",
        ),
        Reason::DeviceAuthorizationOverdue => (
            "O acesso ainda não foi autorizado no seu banco. Tente conectar novamente.",
            "The access has not been authorized at your bank. Please try to connect again.",
        ),
        Reason::AuthorizationDenied => (
            "O acesso não foi autorizado no seu banco. Tente novamente e autorize o acesso.",
            "The access was not authorized at your bank. Please try again and authorize it.",
        ),
        Reason::InvalidCredentials => (
            "Seu banco não aceitou os dados de acesso. Confira-os e informe-os novamente.",
            "Your bank did not accept your login details. Check them and enter them again.",
        ),
        Reason::InvalidMfa => (
            "Seu banco não aceitou a confirmação. Tente novamente com uma nova.",
            "Your bank did not accept the confirmation. Please try again with a new one.",
        ),
        Reason::AccountLocked => (
            "Seu banco bloqueou o acesso à sua conta. Desbloqueie-o com o banco e depois conecte novamente.",
            "Your bank has locked the access to your account. Unlock it with the bank, then connect again.",
        ),
        Reason::PasswordResetRequired => (
            "Seu banco pede uma nova senha. Crie-a no aplicativo ou no site do banco e depois conecte com ela.",
            "Your bank wants a new password. Set it in the bank's app or on its website, then connect with it.",
        ),
        Reason::AccountActionRequired => (
            "Seu banco pede algo antes de continuar, como aceitar novos termos. Conclua no aplicativo ou no site do banco e depois conecte novamente.",
            "Your bank wants something done first, such as accepting new terms. Complete it in the bank's app or on its website, then connect again.",
        ),
        Reason::SessionConflict => (
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
        Reason::LoginSessionConflict => (
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
        Reason::Retrying => (
            "Não conseguimos atualizar seus dados agora. Tentaremos novamente em breve; você não precisa fazer nada.",
            "We could not update your data just now. We will try again soon; there is nothing you need to do.",
        ),
        Reason::RetriesExhausted => (
            "Não conseguimos atualizar seus dados nas últimas horas. Tente conectar novamente.",
            "We have not been able to update your data for some hours. Please try to connect again.",
        ),
        Reason::ConnectorOffline => (
            "A conexão com seu banco está indisponível no momento. Tentaremos novamente quando ela voltar; você não precisa digitar sua senha.",
            "The connection to your bank is unavailable right now. We will try again when it is back; you do not need to type your password.",
        ),
        Reason::ReconnectConnectorOffline => (
            "Sua conta precisa ser conectada novamente, mas seu banco está indisponível no momento. Tente mais tarde.",
            "Your account has to be connected again, but your bank is unavailable right now. Please try later.",
        ),
        Reason::ConnectorRetired => (
            "Esta forma de conexão com seu banco foi encerrada. Conecte sua conta novamente.",
            "This way of connecting to your bank has been discontinued. Please connect your account again.",
        ),
        Reason::Unknown => (
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
