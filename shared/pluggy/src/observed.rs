//! Fields and values that were observed in production integrations, and that no documentation, OpenAPI document
//! or package of Pluggy has.
//!
//! This is the only list of them. `make drift` fails if one of them has a source by now.

/// A field or a value whose only source is observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Type of this crate that has the field or the value.
    pub of: &'static str,
    /// Name of the field, or the value, as received.
    pub part: &'static str,
    /// Where and when it was observed.
    pub source: &'static str,
}

/// All observed fields and values.
pub const OBSERVED: [Observed; 2] = [
    Observed {
        of: "CredentialType",
        part: "oauth",
        source: "observed in production integrations, November 2026: the parameter of an item that waits for an Open Finance login",
    },
    Observed {
        of: "Event",
        part: "createdTransactionsLinkV2",
        source: "observed in production integrations: deliveries of transactions/created",
    },
];
