//! Items.

use jiff::Timestamp;

use super::{Client, ITEM_NOT_FOUND, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{Deleted, Item, ItemCursor, ItemId, ItemPage, UpdateItemRequest};

impl Client {
    /// `GET /items/{id}`: fetches an item, or `None` if the application has no item with this id. Boxed,
    /// because each return would otherwise copy it.
    pub async fn item(&self, id: ItemId, now: Timestamp) -> Result<Option<Box<Item>>, Error> {
        self.find(
            Call::get(["items", &id.to_string()]),
            NO_BODY,
            ITEM_NOT_FOUND,
            now,
        )
        .await
    }

    /// `GET /v2/items`: fetches a page of the application's items, newest first, from the end of the previous
    /// page. Pluggy responds 403 unless the contract includes it.
    pub async fn items(
        &self,
        after: Option<&ItemCursor>,
        now: Timestamp,
    ) -> Result<ItemPage, Error> {
        let after = after.map(|cursor| ("after", cursor.as_str().to_owned()));
        let call = Call::get(["v2", "items"]).with_query(after.into_iter().collect());
        let page: ItemPage = self.call(call, NO_BODY, now).await?;
        log_unreadable("items", page.unreadable);
        Ok(page)
    }

    /// `PATCH /items/{id}`: starts an execution. Pluggy limits this call to 20 a minute per address. The
    /// returned item has only its id if the response has no usable body.
    pub async fn update_item(
        &self,
        id: ItemId,
        request: &UpdateItemRequest,
        now: Timestamp,
    ) -> Result<Option<Item>, Error> {
        let call = Call::patch(["items", &id.to_string()]);
        self.change(call, Some(request), ITEM_NOT_FOUND, || Item::new(id), now)
            .await
    }

    /// `DELETE /items/{id}`: deletes the item with its data and credentials, and revokes its consent. Returns
    /// `None` if the item does not exist, so a retry does no harm.
    pub async fn delete_item(&self, id: ItemId, now: Timestamp) -> Result<Option<Deleted>, Error> {
        let call = Call::delete(["items", &id.to_string()]).repeatable();
        self.change(call, NO_BODY, ITEM_NOT_FOUND, Deleted::default, now)
            .await
    }
}
