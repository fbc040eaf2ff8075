//! Which transactions a list should have.

use jiff::Timestamp;
use jiff::civil::Date;

use super::TransactionId;

/// Filters of `GET /v2/transactions`; the default is all.
///
/// Source: <https://docs.pluggy.ai/reference/transactions-list-by-cursor>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// These only; all if it is empty. Pluggy takes 500 at most, and an event of
    /// `transactions/updated` names no more than 400.
    pub ids: Vec<TransactionId>,
    /// Since when.
    pub since: Option<Since>,
    /// No later than this day.
    pub date_to: Option<Date>,
}

/// Since when: Pluggy takes one of these, and not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// What happened on this day or later.
    Date(Date),
    /// What Pluggy has found since this moment, whenever it happened.
    CreatedAt(Timestamp),
}

impl TransactionFilter {
    /// What Pluggy has found since a moment, which is what `transactions/created` names.
    pub fn created_at_from(moment: Timestamp) -> Self {
        Self {
            since: Some(Since::CreatedAt(moment)),
            ..Self::default()
        }
    }

    /// The filters as a query.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let ids: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        let ids = (!ids.is_empty()).then(|| ("ids", ids.join(",")));
        let since = self.since.map(|since| match since {
            Since::Date(day) => ("dateFrom", day.to_string()),
            // Pluggy documents exactly three decimals.
            Since::CreatedAt(moment) => ("createdAtFrom", format!("{moment:.3}")),
        });
        let date_to = self.date_to.map(|day| ("dateTo", day.to_string()));
        [ids, since, date_to].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_cut_and_not_rounded_up_so_that_nothing_is_missed() {
        let moment = "2026-02-13T17:21:53.7199Z".parse().unwrap();

        let query = TransactionFilter::created_at_from(moment).query();

        assert_eq!(
            query,
            [("createdAtFrom", "2026-02-13T17:21:53.719Z".to_owned())]
        );
    }

    #[test]
    fn ids_are_joined_and_days_have_no_time() {
        let id: TransactionId = "bbbb6c5d-0000-4000-8000-000000000004".parse().unwrap();
        let filter = TransactionFilter {
            ids: vec![id, id],
            since: Some(Since::Date("2026-01-02".parse().unwrap())),
            date_to: Some("2026-02-03".parse().unwrap()),
        };

        assert_eq!(
            filter.query(),
            [
                ("ids", format!("{id},{id}")),
                ("dateFrom", "2026-01-02".to_owned()),
                ("dateTo", "2026-02-03".to_owned()),
            ]
        );
        assert!(TransactionFilter::default().query().is_empty());
    }
}
