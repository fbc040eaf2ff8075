//! An outage of Pluggy's fetches, and an item that was never fetched because of it.

use pluggy::ItemId;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::Deployment;

/// Returns a fault that answers every `GET` below a path with 500.
pub fn unavailable(path_prefix: &str) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: path_prefix.to_owned(),
        times: None,
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    }
}

impl Deployment {
    /// Connects an item of `user`'s, whose first fetch fails. Later ones fail, too, until the sandbox's faults are
    /// cleared.
    pub async fn never_fetched_item(&self, user: &str) -> ItemId {
        let item_id = self.connect(user, "user-ok").await;
        let fault = unavailable(&format!("/items/{item_id}"));
        self.pluggy.add_fault(fault);
        let event = json!({
            "event": "item/created", "eventId": item_id, "itemId": item_id, "clientUserId": user,
        });
        assert_eq!(self.deliver(&event).await, 200);
        self.sync_all().await;
        item_id
    }
}
