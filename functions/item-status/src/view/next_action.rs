//! The next action, with everything that the app needs for it.

use connection::{ActionKind, Assessment, Language, TokenUse, message};
use jiff::Timestamp;
use pluggy::{Item, ItemId};
use serde::Serialize;

use super::bank::BankView;
use super::prompt::PromptView;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NextActionView<'a> {
    kind: ActionKind,
    message: &'static str,
    expires_at: Option<Timestamp>,
    connect_token: Option<ConnectTokenBody>,
    prompt: Option<PromptView<'a>>,
    bank: Option<BankView<'a>>,
}

/// The exact body for `POST /connect-token`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectTokenBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_id: Option<ItemId>,
}

impl<'a> NextActionView<'a> {
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
            message: message(assessment.reason, language),
            expires_at: assessment.expires_at,
            connect_token: assessment
                .reason
                .token_use()
                .map(|token_use| ConnectTokenBody {
                    item_id: (token_use == TokenUse::Update).then_some(item_id),
                }),
            prompt: item
                .filter(|_| kind == ActionKind::AnswerMfa)
                .and_then(|item| item.parameter.as_ref())
                .map(PromptView::new),
            bank: item
                .filter(|_| matches!(kind, ActionKind::ActAtBank | ActionKind::AuthorizeDevice))
                .map(BankView::new),
        }
    }
}
