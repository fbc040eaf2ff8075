//! Which connectors a list should have.

use super::{ConnectorType, CountryCode};

/// Filters of `GET /connectors`; one that is not set does not filter.
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
    /// Pluggy's test institutions too; they are left out otherwise.
    pub sandbox: Option<bool>,
    /// Only Open Finance, or everything else.
    pub is_open_finance: Option<bool>,
    /// Only those where payments can be initiated, or the others.
    pub supports_payment_initiation: Option<bool>,
    /// Only those where smart transfers work, or the others.
    pub supports_smart_transfers: Option<bool>,
    /// Only those where automatic Pix works, or the others.
    pub supports_automatic_pix: Option<bool>,
    /// With [`super::HealthDetails`].
    pub health_details: Option<bool>,
}

impl ConnectorFilter {
    /// The filters as a query.
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
