//! Amounts of money.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount of money, with exactly the digits that Pluggy sent.
///
/// Pluggy sends money as a JSON number. A float, or a `serde_json::Number`, which holds one, may round it.
/// The text is kept instead. Databases accept it for their decimal types (`N` of `DynamoDB`, `numeric` of
/// `PostgreSQL`), and so does any decimal crate. This type does not calculate: use the integrator's decimal
/// crate.
///
/// ```
/// use pluggy::Amount;
///
/// let amount: Amount = serde_json::from_str("-1234567890123456.70")?;
/// assert_eq!(amount.as_str(), "-1234567890123456.70");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Amount(String);

impl Amount {
    /// Returns the amount as a JSON number: digits with an optional sign, fraction and exponent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        // Beyond a float's range it is no amount, and other parsers refuse it.
        let is_finite = || text.parse::<f64>().is_ok_and(f64::is_finite);
        (is_number && is_finite()).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Prints no digits. A user's money stays out of logs.
impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Amount(…)")
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::of(&raw).ok_or_else(|| serde::de::Error::custom("not an amount"))
    }
}

impl Serialize for Amount {
    /// Serializes the amount as a JSON number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerant;

    #[derive(Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "tolerant::exact")]
        amount: Option<Amount>,
    }

    #[test]
    fn no_digit_is_lost_or_added() {
        for text in [
            "0",
            "-0.01",
            "120950.00",
            "0.1",
            "90071992547409931.123456789",
            "1.5e3",
        ] {
            let amount: Amount = serde_json::from_str(text).unwrap();

            assert_eq!(amount.as_str(), text);
            assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_no_amount() {
        for json in [r#""12""#, "true", "{}", "[1]", "null", "1e400", "-1e400"] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");

            let holder: Holder = serde_json::from_str(&format!(r#"{{"amount":{json}}}"#)).unwrap();
            assert_eq!(holder.amount, None, "{json}");
        }
        assert_eq!(serde_json::from_str::<Holder>("{}").unwrap().amount, None);
    }

    #[test]
    fn an_amount_does_not_show_in_debug_output() {
        let amount: Amount = serde_json::from_str("1234.56").unwrap();

        assert_eq!(format!("{amount:?}"), "Amount(…)");
    }
}
