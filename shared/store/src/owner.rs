//! Owner of an item, and who named it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::text;
use super::schema::OWNER_PROVENANCE;
use pluggy::ClientUserId;

/// The user an item belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: ClientUserId,
    /// Who named the user.
    pub provenance: Provenance,
}

/// Source of an owner, by rising rank. A higher rank replaces a lower one. Within one rank the first owner
/// stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provenance {
    /// An operator's import.
    Import,
    /// An event with the webhook secret. Anybody who knows the secret can send one.
    Event,
    /// Pluggy's response to `GET /items/{id}`. Nobody else can give one.
    Response,
}

impl Provenance {
    const ALL: [Self; 3] = [Self::Import, Self::Event, Self::Response];

    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Event => "event",
            Self::Response => "response",
        }
    }

    /// Returns the rank of a name. An unknown name is of a newer version and has the highest rank, so that no
    /// write of this version replaces its owner.
    pub(super) fn parse(text: &str) -> Self {
        let mut ranks = Self::ALL.into_iter();
        ranks
            .find(|rank| rank.as_str() == text)
            .unwrap_or(Self::Response)
    }

    /// Returns the lower ranks.
    pub(super) fn lower(self) -> impl Iterator<Item = Self> + use<> {
        Self::ALL.into_iter().filter(move |rank| *rank < self)
    }

    /// Returns the placeholder of its name in conditions.
    pub(super) fn placeholder(self) -> String {
        format!(":{}", self.as_str())
    }
}

impl Owner {
    /// Returns the owner of an item that belonged to `stored`, now that `named` is named.
    pub fn resolve(stored: Option<Self>, named: Option<Self>) -> Option<Self> {
        match (stored, named) {
            (Some(stored), Some(named)) if named.provenance > stored.provenance => Some(named),
            (stored, named) => stored.or(named),
        }
    }

    /// Returns whether the two name different users. That a response corrects an operator is no conflict. An event
    /// that does is one: everybody who has the webhook secret can send it.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let corrects = |one: Provenance, other: Provenance| {
            (one, other) == (Provenance::Response, Provenance::Import)
        };
        let (own, others) = (self.provenance, other.provenance);
        self.user != other.user && !corrects(own, others) && !corrects(others, own)
    }

    /// Returns the condition that the row has no owner, or one of a lower rank. It uses the placeholders of
    /// [`Provenance::lower`].
    pub(super) fn outranks_the_row(&self) -> String {
        match placeholders(self.provenance.lower()) {
            None => "attribute_not_exists(#owner)".to_owned(),
            Some(lower) => {
                format!("(attribute_not_exists(#owner) OR {OWNER_PROVENANCE} IN ({lower}))")
            }
        }
    }

    /// Returns the condition that the row has no owner, one of a lower rank, or this user with no higher rank.
    /// Its values are [`Self::values_that_hold`].
    pub(super) fn may_hold_the_row(&self) -> String {
        let outranks = self.outranks_the_row();
        // Nothing outranks a response, whatever a newer version may have written.
        let equals = match placeholders(self.ranks_that_hold()) {
            Some(ranks) if self.provenance != Provenance::Response => {
                format!("#owner = :owner AND {OWNER_PROVENANCE} IN ({ranks})")
            }
            _ => "#owner = :owner".to_owned(),
        };
        format!("({outranks} OR ({equals}))")
    }

    /// Returns the values of the condition of [`Self::may_hold_the_row`].
    pub(super) fn values_that_hold(&self) -> HashMap<String, AttributeValue> {
        let ranks = self
            .ranks_that_hold()
            .map(|rank| (rank.placeholder(), text(rank.as_str())));
        let owner = (":owner".to_owned(), text(self.user.as_str()));
        ranks.chain([owner]).collect()
    }

    fn ranks_that_hold(&self) -> impl Iterator<Item = Provenance> + use<> {
        let own = (self.provenance != Provenance::Response).then_some(self.provenance);
        self.provenance.lower().chain(own)
    }
}

fn placeholders(ranks: impl Iterator<Item = Provenance>) -> Option<String> {
    let names: Vec<String> = ranks.map(Provenance::placeholder).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Provenance::{Event, Import, Response};

    fn owner(user: &str, provenance: Provenance) -> Owner {
        let user = user.parse().unwrap();
        Owner { user, provenance }
    }

    #[test]
    fn a_higher_rank_replaces_a_lower_one_and_no_other_does() {
        for (stored, named, is_replaced) in [
            (Import, Import, false),
            (Import, Event, true),
            (Import, Response, true),
            (Event, Import, false),
            (Event, Event, false),
            (Event, Response, true),
            (Response, Import, false),
            (Response, Event, false),
            (Response, Response, false),
        ] {
            let (stored, named) = (owner("usr_1", stored), owner("usr_2", named));
            let (stored, named) = (Some(stored), Some(named));

            let resolved = Owner::resolve(stored.clone(), named.clone());

            let expected = if is_replaced { named } else { stored };
            assert_eq!(resolved, expected);
        }
        let first = Some(owner("usr_1", Import));
        assert_eq!(Owner::resolve(None, first.clone()), first);
        assert_eq!(Owner::resolve(first.clone(), None), first);
    }

    #[test]
    fn different_users_conflict_unless_a_response_corrects_an_operator() {
        for (one, other, expected) in [
            (Import, Import, true),
            (Event, Event, true),
            (Event, Response, true),
            (Response, Response, true),
            (Import, Event, true),
            (Import, Response, false),
        ] {
            let (one, other) = (owner("usr_1", one), owner("usr_2", other));
            let same = Owner {
                user: one.user.clone(),
                ..other.clone()
            };

            assert_eq!(one.conflicts_with(&other), expected);
            assert_eq!(other.conflicts_with(&one), expected);
            assert!(!one.conflicts_with(&same));
        }
    }

    #[test]
    fn a_name_of_a_newer_version_has_the_highest_rank() {
        for rank in Provenance::ALL {
            assert_eq!(Provenance::parse(rank.as_str()), rank);
        }
        assert_eq!(Provenance::parse("notary"), Response);
    }
}
