use serde::{Serialize, Serializer};

/// An amount in hundredths, so that it is exact. It is written as a JSON number, as Pluggy writes money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cents(pub(crate) i32);

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_written_as_a_number_with_no_more_than_two_decimals() {
        for (cents, written) in [
            (0, "0.0"),
            (-1, "-0.01"),
            (1010, "10.1"),
            (-123_456_789, "-1234567.89"),
        ] {
            assert_eq!(serde_json::to_string(&Cents(cents)).unwrap(), written);
        }
    }
}
