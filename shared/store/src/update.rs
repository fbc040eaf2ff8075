//! Updates of single rows, and the outcome of conditional writes.

use std::fmt::Write as _;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Error;
use super::error::unavailable;
use super::item_row::PARAMETER;
use super::schema::{OWNER, SCHEMA};

/// Attributes whose names DynamoDB reserves for itself in expressions.
const RESERVED: [&str; 3] = [OWNER, PARAMETER, SCHEMA];

/// Outcome of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The row was written.
    Done,
    /// The row is newer, or belongs to another user. It is unchanged.
    Stale,
}

/// Converts the response to a conditional write to its outcome.
pub(super) fn outcome<T, E: ProvideErrorMetadata, R>(
    response: Result<T, SdkError<E, R>>,
    operation: &'static str,
) -> Result<Write, Error> {
    match response {
        Ok(_) => Ok(Write::Done),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(Write::Stale),
        Err(error) => Err(unavailable(operation)(error)),
    }
}

/// Builder of an update: each attribute is named once, where its value is given.
pub(super) struct Update {
    request: UpdateItemFluentBuilder,
    reserved: Vec<&'static str>,
    set: String,
    remove: String,
}

impl Update {
    /// Creates an update without changes. The request names table, key and condition.
    pub(super) fn new(request: UpdateItemFluentBuilder) -> Self {
        Self {
            request,
            reserved: Vec::new(),
            set: String::new(),
            remove: String::new(),
        }
    }

    /// Sets an attribute.
    pub(super) fn set(self, attribute: &'static str, value: AttributeValue) -> Self {
        self.assign(attribute, value, |name| format!("{name} = :{attribute}"))
    }

    /// Sets an attribute that the row does not have yet.
    pub(super) fn set_if_absent(self, attribute: &'static str, value: AttributeValue) -> Self {
        self.assign(attribute, value, |name| {
            format!("{name} = if_not_exists({name}, :{attribute})")
        })
    }

    /// Sets an attribute if there is a value.
    pub(super) fn set_if_some(
        self,
        attribute: &'static str,
        value: Option<AttributeValue>,
    ) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self,
        }
    }

    /// Sets an attribute, or removes it if there is no value.
    pub(super) fn set_or_remove(
        self,
        attribute: &'static str,
        value: Option<AttributeValue>,
    ) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self.remove(attribute),
        }
    }

    /// Removes an attribute.
    pub(super) fn remove(mut self, attribute: &'static str) -> Self {
        let begin = if self.remove.is_empty() {
            " REMOVE "
        } else {
            ", "
        };
        let name = self.name(attribute);
        // Writing into a string cannot fail.
        let _ = write!(self.remove, "{begin}{name}");
        self
    }

    /// Sends the update.
    pub(super) async fn send(self, operation: &'static str) -> Result<Write, Error> {
        let expression = self.set + &self.remove;
        let mut request = self.request.update_expression(expression.trim_start());
        for attribute in self.reserved {
            request = request.expression_attribute_names(format!("#{attribute}"), attribute);
        }
        outcome(request.send().await, operation)
    }

    fn assign(
        mut self,
        attribute: &'static str,
        value: AttributeValue,
        assignment: impl FnOnce(String) -> String,
    ) -> Self {
        let begin = if self.set.is_empty() { "SET " } else { ", " };
        let assignment = assignment(self.name(attribute));
        let _ = write!(self.set, "{begin}{assignment}");
        self.request = self
            .request
            .expression_attribute_values(format!(":{attribute}"), value);
        self
    }

    /// Returns the attribute as expressions name it.
    fn name(&mut self, attribute: &'static str) -> String {
        if !RESERVED.contains(&attribute) {
            return attribute.to_owned();
        }
        self.reserved.push(attribute);
        format!("#{attribute}")
    }
}
