//! Execution of decisions: the only code that writes, counts and logs what a fetch leads to.

use client::chain;
use jiff::Timestamp;
use pluggy::{ConnectorId, ItemId};
use store::{ErasedItem, Provenance, Write as Written};

use crate::App;
use crate::batch_report::Counts;
use crate::connector::{ConnectorDecision, ConnectorWrite};
use crate::decision::{Decision, LogLine, Write};
use crate::outcome::Outcome;

/// Carries out the decision about an item. An error is DynamoDB's.
pub(crate) async fn apply(
    app: &App,
    id: ItemId,
    decision: Decision,
    counts: &mut Counts,
) -> Result<Outcome, store::Error> {
    for metric in decision.metrics {
        counts.add(metric);
    }
    for line in &decision.log {
        log(id, line);
    }
    for write in decision.writes {
        let is_guarded = write.is_guarded();
        if execute(app, id, write).await? == Written::Stale && is_guarded {
            for write in decision.if_changed {
                execute(app, id, write).await?;
            }
            return Ok(Outcome::Stale);
        }
    }
    if let Some(metric) = decision.if_unchanged {
        counts.add(metric);
    }
    Ok(decision.outcome)
}

async fn execute(app: &App, id: ItemId, write: Write) -> Result<Written, store::Error> {
    let items = &app.items;
    match write {
        Write::Snapshot {
            update,
            snapshot,
            read,
        } => items.put_snapshot(*update, snapshot, &read).await,
        Write::Schedule {
            update,
            emptied,
            fetched_at,
        } => {
            let put = items.put_schedule(&update, emptied.as_ref(), fetched_at);
            put.await
        }
        Write::Tombstone {
            created_at,
            deleted_at,
        } => items.put_tombstone(id, created_at, deleted_at).await,
        Write::Forget => items.forget(id).await,
        Write::Claim { owner, created_at } => items.claim(id, &owner, created_at).await,
        Write::Requests(snapshot) => items.put_requests(id, &snapshot).await,
        Write::Hasten {
            schedule,
            fetched_at,
        } => items.hasten(id, &schedule, fetched_at).await,
        Write::Signal(signal) => items.raise_signal(id, signal).await,
        Write::Failed {
            created_at,
            next_fetch_at,
            pending_signal,
        } => {
            let failed = items.schedule_failed(id, created_at, next_fetch_at, pending_signal);
            failed.await
        }
        // The erasure has the item before its tombstone keeps the next events away.
        Write::Erase { owner, now } => {
            let state = match owner.provenance {
                Provenance::Response => ErasedItem::Theirs,
                Provenance::Event | Provenance::Import => ErasedItem::Found,
            };
            let hmac = app.erasures.hmac(&owner.user).await?;
            app.erasures.add_item(&hmac, id, &state).await?;
            app.erasures.mark_item(id, now).await?;
            let is_deleted = false;
            items.erase(id, &owner, is_deleted, now).await
        }
        Write::WatchConnector { id, now } => app.connectors.watch(id, now).await,
    }
}

fn log(id: ItemId, line: &LogLine) {
    match line {
        LogLine::OwnerConflict => tracing::error!(
            item.id = %id,
            "owner conflict: different users are named for one item"
        ),
        LogLine::GoneWithoutEvent => {
            tracing::error!(item.id = %id, "item gone without a deletion event");
        }
        LogLine::NotFetched(error) if error.needs_a_person() => {
            tracing::error!(error = chain(error), item.id = %id, "item not fetched");
        }
        LogLine::NotFetched(error) => {
            tracing::warn!(error = chain(error), item.id = %id, "item not fetched");
        }
        LogLine::Failed(error) => tracing::error!(error, item.id = %id, "item failed"),
    }
}

/// Carries out the decision about a connector that was fetched at `fetched_at`. An error is DynamoDB's.
pub(crate) async fn apply_connector(
    app: &App,
    id: ConnectorId,
    decision: ConnectorDecision,
    fetched_at: Timestamp,
) -> Result<Outcome, store::Error> {
    let ConnectorDecision {
        outcome,
        write,
        failure,
    } = decision;
    match failure {
        Some(error) if outcome == Outcome::Failed => {
            tracing::error!(error, connector.id = id, "connector failed");
        }
        Some(error) => tracing::warn!(error, connector.id = id, "connector not fetched"),
        None => {}
    }
    let connectors = &app.connectors;
    let written = match write {
        ConnectorWrite::Snapshot {
            connector,
            next_fetch_at,
        } => {
            connectors
                .put_snapshot(&connector, next_fetch_at, fetched_at)
                .await
        }
        ConnectorWrite::Schedule {
            next_fetch_at,
            fetch_failures,
        } => {
            connectors
                .put_schedule(id, next_fetch_at, fetch_failures, fetched_at)
                .await
        }
        ConnectorWrite::Missing { next_fetch_at } => {
            connectors.put_missing(id, next_fetch_at, fetched_at).await
        }
        ConnectorWrite::Forget => connectors.forget(id, fetched_at).await,
    };
    match written? {
        Written::Stale if outcome == Outcome::Stored => Ok(Outcome::Stale),
        Written::Stale | Written::Done => Ok(outcome),
    }
}
