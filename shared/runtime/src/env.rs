//! Configuration from environment variables. No other module reads them.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

/// An invalid configuration. It names the variable, never its value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The variable is not set, or is empty.
    #[error("the environment variable {name} is not set")]
    Missing {
        /// The variable's name.
        name: &'static str,
    },
    /// The variable has an invalid value.
    #[error("the environment variable {name} must be {expected}")]
    Invalid {
        /// The variable's name.
        name: &'static str,
        /// Description of a valid value, as the end of a sentence.
        expected: &'static str,
    },
    /// A part of the variable's value is invalid.
    #[error("the environment variable {name} cannot be used: {problem}")]
    Unusable {
        /// The variable's name.
        name: &'static str,
        /// The invalid part, and its rule.
        problem: String,
    },
}

impl Error {
    /// Creates the error for a value with an invalid part. `problem` names the part and its rule, and must
    /// not contain the value.
    pub fn unusable(name: &'static str, problem: impl fmt::Display) -> Self {
        Self::Unusable {
            name,
            problem: problem.to_string(),
        }
    }
}

/// Source of configuration values: the process, or a map in a test.
pub struct Environment(Box<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String>;

impl Environment {
    /// Returns the variables of this process.
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Returns variables from any source.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Box::new(lookup))
    }

    /// Returns the variable's value; an empty one counts as not set.
    pub fn optional(&self, name: &'static str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// Returns the variable's value, or an error if it is not set.
    pub fn required(&self, name: &'static str) -> Result<String, Error> {
        self.optional(name).ok_or(Error::Missing { name })
    }

    /// Returns the variable's value as a `T`. `expected` ends the sentence "the environment variable X must
    /// be …".
    pub fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<T, Error> {
        self.required(name)?
            .parse()
            .map_err(|_| Error::Invalid { name, expected })
    }

    /// Returns the variable's value as a `T`, whose error names the invalid part and its rule. The error must
    /// not contain the value.
    pub fn explained<T>(&self, name: &'static str) -> Result<T, Error>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.required(name)?
            .parse()
            .map_err(|error| Error::unusable(name, error))
    }

    /// Returns the variable's value as a span of whole days.
    pub fn days(&self, name: &'static str) -> Result<SignedDuration, Error> {
        const HOURS_A_DAY: i64 = 24;
        let days: u16 = self.parsed(name, "a number of days")?;
        Ok(SignedDuration::from_hours(HOURS_A_DAY * i64::from(days)))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &'static str, value: &'static str) -> Environment {
        Environment::from_lookup(move |asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        for environment in [environment("OTHER", "1"), environment("PORT", "")] {
            let error = environment.required("PORT").unwrap_err();

            assert_eq!(
                error.to_string(),
                "the environment variable PORT is not set"
            );
        }
    }

    #[test]
    fn a_malformed_variable_is_named_without_its_value() {
        let error = environment("PORT", "hunter2")
            .parsed::<u16>("PORT", "a port number")
            .unwrap_err();

        assert_eq!(
            error.to_string(),
            "the environment variable PORT must be a port number"
        );
    }
}
