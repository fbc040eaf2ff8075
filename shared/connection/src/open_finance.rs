//! Open Finance logins: the user logs in on a page of the bank instead of answering an MFA prompt.

use pluggy::{CredentialType, Item};

/// Whether the input that Pluggy waits for, or last waited for, is a login at the bank.
///
/// Pluggy reports the login as an MFA prompt: `WAITING_USER_INPUT` with a `parameter` of type `oauth`, whose
/// `data` is the address of the bank's page. For the first seconds, and after the login, the parameter is null.
/// Then the connector decides.
pub(super) fn is_login(item: &Item) -> bool {
    let parameter = item.parameter.as_ref();
    match parameter.and_then(|parameter| parameter.kind.as_ref()) {
        Some(CredentialType::Oauth) => true,
        None | Some(CredentialType::Unknown(_)) => is_at_open_finance(item),
        Some(_) => false,
    }
}

fn is_at_open_finance(item: &Item) -> bool {
    item.connector.as_ref().is_some_and(|connector| {
        connector.oauth == Some(true) || connector.is_open_finance == Some(true)
    })
}
