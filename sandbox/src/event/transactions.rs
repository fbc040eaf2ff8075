use serde_json::json;
use uuid::Uuid;

use super::Event;
use crate::connection::Trigger;
use crate::item::Item;
use crate::ledger::Growth;

/// The maximum number of ids in one `transactions/updated`, so that they fit one request.
const MAX_UPDATED_IDS: usize = 400;

/// Changed transactions of one account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed<'a> {
    pub(crate) client_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) ids: &'a [Uuid],
}

impl Event {
    pub(crate) fn transactions_created(item: &Item, trigger: Trigger, growth: &Growth) -> Self {
        let Growth {
            account_id,
            count,
            min_date,
            created_at,
        } = growth;
        let query = format!("accountId={account_id}&createdAtFrom={created_at}");
        Self::parse(
            json!({
                "event": "transactions/created",
                "eventId": Uuid::new_v4(),
                "itemId": item.id,
                "accountId": account_id,
                "clientUserId": item.client_user_id,
                "triggeredBy": trigger,
                "transactionsCount": count,
                "transactionsMinDate": min_date,
                "transactionsCreatedAtFrom": created_at,
                "createdTransactionsLink": format!("https://api.pluggy.ai/transactions?{query}"),
                "createdTransactionsLinkV2": format!("https://api.pluggy.ai/v2/transactions?{query}"),
            })
            .to_string()
            .into_bytes(),
        )
        .for_webhook_of(item)
    }

    pub(crate) fn transactions_updated(item: &Item, changed: Changed<'_>) -> Vec<Self> {
        let parts = changed.ids.chunks(MAX_UPDATED_IDS);
        parts
            .map(|ids| Self::changed("transactions/updated", item, Changed { ids, ..changed }))
            .collect()
    }

    pub(crate) fn transactions_deleted(item: &Item, changed: Changed<'_>) -> Option<Self> {
        let is_any = !changed.ids.is_empty();
        is_any.then(|| Self::changed("transactions/deleted", item, changed))
    }

    fn changed(name: &'static str, item: &Item, changed: Changed<'_>) -> Self {
        Self::parse(
            json!({
                "event": name,
                "eventId": Uuid::new_v4(),
                "itemId": item.id,
                "clientId": changed.client_id,
                "accountId": changed.account_id,
                "transactionIds": changed.ids,
            })
            .to_string()
            .into_bytes(),
        )
        .for_webhook_of(item)
    }
}
