//! The next action, with everything that the app needs for it.

use connection::{ActionKind, Assessment, Language, Reason, TokenUse, message};
use jiff::Timestamp;
use pluggy::{Item, ItemId};
use serde::Serialize;

use super::bank_action::BankActionView;
use super::login_link::login_link;
use super::prompt::PromptView;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NextActionView<'a> {
    kind: ActionKind,
    reason: &'static str,
    message: &'static str,
    expires_at: Option<Timestamp>,
    /// Where the user logs in at the bank.
    link: Option<&'a str>,
    connect_token: Option<ConnectTokenBody>,
    prompt: Option<PromptView<'a>>,
    bank: Option<BankActionView<'a>>,
}

/// The exact body for `POST /connect-token`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectTokenBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_id: Option<ItemId>,
}

impl<'a> NextActionView<'a> {
    /// Whether it has a prompt, a link or a bank's own text.
    pub(super) fn is_sensitive(&self) -> bool {
        let bank = self.bank.as_ref();
        self.link.is_some() || self.prompt.is_some() || bank.is_some_and(BankActionView::has_text)
    }

    /// Creates the view. `item` is the snapshot, if there is one.
    pub(super) fn new(
        assessment: Assessment,
        item_id: ItemId,
        item: Option<&'a Item>,
        language: Language,
    ) -> Self {
        let kind = assessment.action();
        Self {
            kind,
            reason: assessment.reason.code(),
            message: message(assessment.reason, language),
            expires_at: assessment.expires_at,
            link: item
                .filter(|_| assessment.reason == Reason::OpenFinanceLogin)
                .and_then(login_link),
            connect_token: assessment.token_use().map(|token_use| ConnectTokenBody {
                item_id: (token_use == TokenUse::Update).then_some(item_id),
            }),
            prompt: item
                .filter(|_| kind == ActionKind::AnswerMfa)
                .and_then(|item| item.parameter.as_ref())
                .map(PromptView::new),
            bank: item
                .filter(|_| matches!(kind, ActionKind::ActAtBank | ActionKind::AuthorizeDevice))
                .map(|item| match assessment.reason {
                    Reason::OpenFinanceLogin => BankActionView::of_login(item),
                    _ => BankActionView::new(item),
                }),
        }
    }
}
