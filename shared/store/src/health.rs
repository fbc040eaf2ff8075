//! Latest known health of connections to an item's institution.

use std::collections::HashMap;
use std::time::Duration;

use crate::{Connectors, Snapshot, StoredConnector, StoredItem};
use client::chain;
use connection::{Availability, is_health_recent};
use jiff::Timestamp;
use pluggy::{Connector, ConnectorId, HealthStatus};

/// Time limit for reading health before a response is sent without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The connectors of some items, from Pluggy's last responses.
#[derive(Debug, Default)]
pub struct Healths(HashMap<ConnectorId, StoredConnector>);

impl Healths {
    /// Returns the connectors of `items` at `now`. Health only complements an item's own row, so a response
    /// does without it if the table fails.
    pub async fn of(
        connectors: &Connectors,
        items: impl IntoIterator<Item = &StoredItem>,
        now: Timestamp,
    ) -> Self {
        let mut ids: Vec<ConnectorId> = items
            .into_iter()
            .filter_map(|item| Some(item.snapshot()?.item.connector.as_ref()?.id))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        match tokio::time::timeout(PATIENCE, connectors.recent(ids, now)).await {
            Ok(Ok(stored)) => Self(stored),
            Ok(Err(error)) => {
                tracing::warn!(error = chain(&error), "connectors not read");
                Self::default()
            }
            Err(_) => {
                tracing::warn!("connectors not read in time");
                Self::default()
            }
        }
    }

    /// Returns the health at `now` of a connector from an item fetched at `fetched_at`: the newer of the
    /// item's and the connector's own row.
    pub fn status<'a>(
        &'a self,
        connector: &'a Connector,
        fetched_at: Timestamp,
        now: Timestamp,
    ) -> Option<&'a HealthStatus> {
        let own = self
            .0
            .get(&connector.id)
            .filter(|stored| !stored.is_retired())
            .and_then(|stored| stored.connector.as_ref().zip(stored.fetched_at));
        let (newest, fetched_at) = match own {
            Some((own, own_fetched_at)) if own_fetched_at > fetched_at => (own, own_fetched_at),
            _ => (connector, fetched_at),
        };
        let is_recent = is_health_recent(fetched_at, now);
        let health = newest.health.as_ref().filter(|_| is_recent)?;
        health.status.as_ref()
    }

    /// Returns the availability of an item's institution at `now`.
    pub fn availability(&self, snapshot: &Snapshot, now: Timestamp) -> Availability {
        match &snapshot.item.connector {
            None => Availability::Available,
            Some(connector) if self.is_retired(connector) => Availability::Retired,
            Some(connector) => {
                Availability::of_health(self.status(connector, snapshot.fetched_at, now))
            }
        }
    }

    /// Returns whether Pluggy no longer has the connector.
    pub fn is_retired(&self, connector: &Connector) -> bool {
        self.0
            .get(&connector.id)
            .is_some_and(StoredConnector::is_retired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn connector(status: &str) -> Connector {
        serde_json::from_value(json!({"id": 201, "health": {"status": status}})).unwrap()
    }

    fn check(own_fetched_at: &str, item_fetched_at: &str, expected: Option<HealthStatus>) {
        let stored = StoredConnector {
            id: 201,
            connector: Some(connector("OFFLINE")),
            fetched_at: Some(own_fetched_at.parse().unwrap()),
            missing_since: None,
            next_fetch_at: None,
            fetch_failures: 0,
        };
        let healths = Healths(HashMap::from([(201, stored)]));
        let with_the_item = connector("ONLINE");

        let status = healths.status(
            &with_the_item,
            item_fetched_at.parse().unwrap(),
            NOW.parse().unwrap(),
        );

        assert_eq!(status, expected.as_ref());
    }

    #[test]
    fn the_newer_response_of_the_last_six_hours_counts() {
        let (old, older, new) = (
            "2026-11-23T06:00:00Z",
            "2026-11-23T05:00:00Z",
            "2026-11-23T11:00:00Z",
        );

        check(new, old, Some(HealthStatus::Offline));
        check(old, new, Some(HealthStatus::Online));
        check(old, older, None);
        check(older, old, None);
    }

    #[test]
    fn without_a_row_of_the_connector_the_item_counts() {
        let (connector, now) = (connector("UNSTABLE"), NOW.parse().unwrap());

        let healths = Healths::default();
        let status = healths.status(&connector, now, now);

        assert_eq!(status, Some(&HealthStatus::Unstable));
    }

    fn availability(stored: StoredConnector) -> Availability {
        let item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED", "executionStatus": "SUCCESS",
            "connector": {"id": 201, "health": {"status": "ONLINE"}},
        });
        let snapshot = Snapshot {
            item: serde_json::from_value(item).unwrap(),
            fetched_at: "2026-11-23T09:00:00Z".parse().unwrap(),
        };
        let healths = Healths(HashMap::from([(201, stored)]));

        healths.availability(&snapshot, NOW.parse().unwrap())
    }

    #[test]
    fn a_connector_is_retired_after_a_second_404_an_hour_later() {
        let missing = |since: &str, fetched_at: &str| StoredConnector {
            id: 201,
            connector: None,
            fetched_at: Some(fetched_at.parse().unwrap()),
            missing_since: Some(since.parse().unwrap()),
            next_fetch_at: None,
            fetch_failures: 0,
        };

        assert_eq!(
            availability(missing("2026-11-23T10:00:00Z", "2026-11-23T10:59:59Z")),
            Availability::Available
        );
        assert_eq!(
            availability(missing("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z")),
            Availability::Retired
        );
    }

    #[test]
    fn a_connector_that_went_offline_after_the_fetch_is_offline() {
        let stored = StoredConnector {
            id: 201,
            connector: Some(connector("OFFLINE")),
            fetched_at: Some("2026-11-23T11:00:00Z".parse().unwrap()),
            missing_since: None,
            next_fetch_at: None,
            fetch_failures: 0,
        };

        assert_eq!(availability(stored), Availability::Offline);
    }
}
