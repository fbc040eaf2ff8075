//! Filters of the list of transactions.

use jiff::Timestamp;
use jiff::civil::Date;

use super::TransactionId;

/// Filters of `GET /v2/transactions`. The default matches all.
///
/// Source: <https://docs.pluggy.ai/reference/transactions-list-by-cursor>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// Only these transactions; all if empty. Pluggy accepts at most 500. An event of `transactions/updated`
    /// names at most 400.
    pub ids: Vec<TransactionId>,
    /// Start of the range.
    pub since: Option<Since>,
    /// Last day of the range.
    pub date_to: Option<Date>,
}

/// Start of the range. Pluggy accepts one of these, not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Transactions of this day or later.
    Date(Date),
    /// Transactions that Pluggy found since this moment, whatever their date.
    CreatedAt(Timestamp),
}

impl TransactionFilter {
    /// Creates a filter for transactions that Pluggy found since a moment, as named by
    /// `transactions/created`.
    pub fn created_at_from(moment: Timestamp) -> Self {
        Self {
            since: Some(Since::CreatedAt(moment)),
            ..Self::default()
        }
    }

    /// Returns the filters as a query.
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
