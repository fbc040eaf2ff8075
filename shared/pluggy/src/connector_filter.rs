//! Filters of the list of connectors.

use super::{ConnectorType, CountryCode};

/// Filters of `GET /connectors`. An unset filter matches all.
///
/// Source: <https://docs.pluggy.ai/reference/connectors-list>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectorFilter {
    /// Part of the name.
    pub name: Option<String>,
    /// Any of these countries.
    pub countries: Vec<CountryCode>,
    /// Any of these types.
    pub types: Vec<ConnectorType>,
    /// Whether to include Pluggy's test institutions. They are left out by default.
    pub sandbox: Option<bool>,
    /// Open Finance connectors only, or all others.
    pub is_open_finance: Option<bool>,
    /// Connectors with payment initiation only, or all others.
    pub supports_payment_initiation: Option<bool>,
    /// Connectors with smart transfers only, or all others.
    pub supports_smart_transfers: Option<bool>,
    /// Connectors with automatic Pix only, or all others.
    pub supports_automatic_pix: Option<bool>,
    /// Whether to include [`super::HealthDetails`].
    pub health_details: Option<bool>,
}

impl ConnectorFilter {
    /// Returns the filters as a query.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let flags = [
            ("sandbox", self.sandbox),
            ("isOpenFinance", self.is_open_finance),
            (
                "supportsPaymentInitiation",
                self.supports_payment_initiation,
            ),
            ("supportsSmartTransfers", self.supports_smart_transfers),
            ("supportsAutomaticPix", self.supports_automatic_pix),
            ("healthDetails", self.health_details),
        ];
        let mut query: Vec<(&'static str, String)> = flags
            .into_iter()
            .filter_map(|(name, flag)| Some((name, flag?.to_string())))
            .collect();
        query.extend(self.name.clone().map(|name| ("name", name)));
        query.extend(
            self.countries
                .iter()
                .map(|country| ("countries", country.to_string())),
        );
        query.extend(self.types.iter().map(|kind| ("types", kind.to_string())));
        query
    }
}
