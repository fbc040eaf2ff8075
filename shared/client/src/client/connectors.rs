//! Connectors.

use jiff::Timestamp;

use super::{Client, NO_BODY};
use crate::Error;
use crate::call::Call;
use pluggy::{Connector, ConnectorId};

impl Client {
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
