//! Items of an erasure, each with its state. The progress stores the states as text.

/// State of an item in an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasedItem {
    /// An event has named the user. Pluggy has confirmed nothing yet.
    Found,
    /// It is the user's, and Pluggy has not deleted it yet.
    Theirs,
    /// It is the user's, and Pluggy does not delete it.
    NotDeleted(ItemRefusal),
    /// Pluggy does not return it, so that nothing confirms that it is the user's.
    NotFetched(ItemRefusal),
    /// Pluggy has deleted it, or no longer has it.
    Done,
}

/// A refusal of Pluggy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRefusal {
    /// Pluggy's code or status.
    pub reason: String,
    /// The pass in which Pluggy refused. Each pass tries the item once.
    pub pass: u32,
}

impl ErasedItem {
    /// Whether the item is still to be deleted, and Pluggy has not refused it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Found | Self::Theirs)
    }

    /// Whether the item is known to be the user's.
    pub fn is_theirs(&self) -> bool {
        matches!(self, Self::Theirs | Self::NotDeleted(_) | Self::Done)
    }

    /// Returns Pluggy's refusal, if there is one.
    pub fn refusal(&self) -> Option<&ItemRefusal> {
        match self {
            Self::NotDeleted(refusal) | Self::NotFetched(refusal) => Some(refusal),
            Self::Found | Self::Theirs | Self::Done => None,
        }
    }

    /// Whether a pass has to try the item.
    pub fn is_due(&self, pass: u32) -> bool {
        self.is_open() || self.refusal().is_some_and(|refusal| refusal.pass < pass)
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Found => "found".to_owned(),
            Self::Theirs => "theirs".to_owned(),
            Self::NotDeleted(refusal) => format!("not-deleted {} {}", refusal.pass, refusal.reason),
            Self::NotFetched(refusal) => format!("not-fetched {} {}", refusal.pass, refusal.reason),
            Self::Done => "done".to_owned(),
        }
    }

    /// Parses the text of a state. The item of an unknown one, which a newer version has written, is tried again.
    pub(super) fn parse(text: &str) -> Self {
        let refusal = |text: &str| {
            let (pass, reason) = text.split_once(' ').unwrap_or((text, ""));
            ItemRefusal {
                reason: reason.to_owned(),
                pass: pass.parse().unwrap_or_default(),
            }
        };
        match text.split_once(' ').unwrap_or((text, "")) {
            ("theirs", _) => Self::Theirs,
            ("done", _) => Self::Done,
            ("not-deleted", rest) => Self::NotDeleted(refusal(rest)),
            ("not-fetched", rest) => Self::NotFetched(refusal(rest)),
            _ => Self::Found,
        }
    }

    /// Returns the state for an erasure that begins, if the item is not deleted.
    pub(super) fn kept(self) -> Option<Self> {
        let before = |refusal: ItemRefusal| ItemRefusal { pass: 0, ..refusal };
        match self {
            Self::Done => None,
            Self::NotDeleted(refusal) => Some(Self::NotDeleted(before(refusal))),
            Self::NotFetched(refusal) => Some(Self::NotFetched(before(refusal))),
            state @ (Self::Found | Self::Theirs) => Some(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_its_row() {
        let refusal = || ItemRefusal {
            reason: "status 403 or so".to_owned(),
            pass: 7,
        };
        for state in [
            ErasedItem::Found,
            ErasedItem::Theirs,
            ErasedItem::NotDeleted(refusal()),
            ErasedItem::NotFetched(refusal()),
            ErasedItem::Done,
        ] {
            assert_eq!(ErasedItem::parse(&state.to_text()), state);
        }
        assert_eq!(ErasedItem::parse("of a newer version"), ErasedItem::Found);
    }
}
