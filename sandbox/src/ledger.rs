//! The data that the executions of an item have found at the institution.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::account::{Account, Kind};
use crate::clock::Moment;
use crate::findings::Findings;
use crate::transaction::Transaction;

/// The number of days in the past that a first execution covers.
const DAYS: u32 = 365;
const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);
/// The number of transactions that a later execution finds in each account.
const NEW_TRANSACTIONS: u32 = 3;

/// An item's accounts with their transactions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    books: BTreeMap<(Kind, u32), Book>,
    /// The time of the last finding.
    grown_at: Option<Moment>,
}

/// An account with its transactions, newest first.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) account: Account,
    pub(crate) transactions: Vec<Transaction>,
    /// The number of transactions ever found: a deleted one does not return under the same id.
    found: u32,
}

/// The transactions that an execution has added to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Growth {
    pub(crate) account_id: Uuid,
    pub(crate) count: u32,
    pub(crate) min_date: Moment,
    /// The `createdAt` of exactly these transactions.
    pub(crate) created_at: Moment,
}

impl Ledger {
    /// Adds the findings of an execution. An existing account gets a few more transactions.
    pub(crate) fn grow(&mut self, item_id: Uuid, findings: Findings, now: Moment) -> Vec<Growth> {
        let now = now.truncated();
        let now = self.grown_at.map_or(now, |before| now.max(before.next()));
        self.grown_at = Some(now);

        let mut growths = Vec::new();
        for (kind, index) in findings.accounts() {
            let book = self.books.entry((kind, index)).or_insert_with(|| Book {
                account: Account::new(item_id, kind, index, now),
                transactions: Vec::new(),
                found: 0,
            });
            book.account.updated_at = now;
            if findings.transactions > 0 {
                growths.push(book.grow(findings.transactions, now));
            }
        }
        growths
    }

    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.books.values().map(|book| &book.account)
    }

    pub(crate) fn book(&self, account_id: Uuid) -> Option<&Book> {
        self.books
            .values()
            .find(|book| book.account.summary.id == account_id)
    }

    pub(crate) fn book_mut(&mut self, account_id: Uuid) -> Option<&mut Book> {
        self.books
            .values_mut()
            .find(|book| book.account.summary.id == account_id)
    }
}

impl Book {
    /// Settles the newest transactions and returns their ids.
    pub(crate) fn settle(&mut self, count: usize, now: Moment) -> Vec<Uuid> {
        let newest = self.transactions.iter_mut().take(count);
        newest
            .map(|transaction| {
                transaction.settle(now);
                transaction.id
            })
            .collect()
    }

    /// Deletes the oldest transactions and returns their ids.
    pub(crate) fn forget(&mut self, count: usize) -> Vec<Uuid> {
        let kept = self.transactions.len().saturating_sub(count);
        let oldest = self.transactions.drain(kept..);
        oldest.map(|transaction| transaction.id).collect()
    }

    fn grow(&mut self, first: u32, now: Moment) -> Growth {
        let ages: Vec<Duration> = if self.found == 0 {
            (0..first).map(|index| DAY * (index % DAYS)).collect()
        } else {
            (0..NEW_TRANSACTIONS).map(|index| MINUTE * index).collect()
        };
        let count = u32::try_from(ages.len()).unwrap_or(u32::MAX);
        let oldest = ages.iter().max().copied().unwrap_or_default();

        let found = (self.found..).zip(ages);
        self.transactions.extend(
            found.map(|(number, age)| Transaction::new(&self.account.summary, number, age, now)),
        );
        self.transactions.sort_unstable_by_key(Transaction::place);
        self.found += count;
        Growth {
            account_id: self.account.summary.id,
            count,
            min_date: now.minus(oldest),
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: Uuid = Uuid::from_u128(1);
    const FINDINGS: Findings = Findings {
        checking_accounts: 1,
        credit_cards: 1,
        transactions: 800,
    };

    fn now() -> Moment {
        Moment(jiff::Timestamp::UNIX_EPOCH)
    }

    fn json(ledger: &Ledger) -> serde_json::Value {
        let books: Vec<_> = ledger
            .books
            .values()
            .map(|book| (&book.account, &book.transactions))
            .collect();
        serde_json::to_value(books).unwrap()
    }

    #[test]
    fn an_item_has_the_same_accounts_and_transactions_at_every_request() {
        let [mut one, mut other, mut another] = [(); 3].map(|()| Ledger::default());

        one.grow(ITEM, FINDINGS, now());
        other.grow(ITEM, FINDINGS, now());
        another.grow(Uuid::from_u128(2), FINDINGS, now());

        assert_eq!(json(&one), json(&other));
        assert_ne!(json(&one), json(&another));
    }

    #[test]
    fn findings_at_the_same_moment_differ_by_their_creation() {
        let mut ledger = Ledger::default();

        let before = ledger.grow(ITEM, FINDINGS, now());
        let growths = ledger.grow(ITEM, FINDINGS, now());

        assert!(before[0].created_at < growths[0].created_at);
        for growth in growths {
            let book = ledger.book(growth.account_id).unwrap();
            let is_new = |one: &&Transaction| one.created_at >= growth.created_at;
            let new: Vec<_> = book.transactions.iter().filter(is_new).collect();
            assert_eq!(new.len(), growth.count as usize);
            assert_eq!(new.iter().map(|one| one.date).min(), Some(growth.min_date));
        }
    }

    #[test]
    fn transactions_stay_in_order_and_keep_their_ids_to_themselves() {
        let mut ledger = Ledger::default();
        let account_id = ledger.grow(ITEM, FINDINGS, now())[0].account_id;
        let book = ledger.book_mut(account_id).unwrap();
        let forgotten = book.forget(5);

        ledger.grow(ITEM, FINDINGS, now());

        let transactions = &ledger.book(account_id).unwrap().transactions;
        assert_eq!(transactions.len(), 800 - 5 + 3);
        assert!(transactions.is_sorted_by_key(Transaction::place));
        assert!(transactions.iter().all(|one| !forgotten.contains(&one.id)));
    }
}
