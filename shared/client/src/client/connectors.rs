//! Connectors.

use jiff::Timestamp;

use super::{Client, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{Connector, ConnectorFilter, ConnectorId, Page};

impl Client {
    /// `GET /connectors`: fetches the institutions that the application can use.
    pub async fn connectors(
        &self,
        filter: &ConnectorFilter,
        now: Timestamp,
    ) -> Result<Page<Connector>, Error> {
        let call = Call::get(["connectors"]).with_query(filter.query());
        let page: Page<Connector> = self.call(call, NO_BODY, now).await?;
        log_unreadable("connectors", page.unreadable);
        Ok(page)
    }

    /// `GET /connectors/{id}`: fetches an institution, or `None` if it does not exist.
    pub async fn connector(
        &self,
        id: ConnectorId,
        now: Timestamp,
    ) -> Result<Option<Connector>, Error> {
        let call = Call::get(["connectors", &id.to_string()]);
        self.find(call, NO_BODY, "CONNECTOR_NOT_FOUND", now).await
    }
}
