//! Updates of single rows, and the outcome of conditional writes.

use std::fmt::Write as _;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::Error;
use super::attributes::{Row, number};
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
    /// The condition failed, and the row is unchanged. A row of an item is newer, has an owner that this one does not outrank,
    /// or has a signal that was not there when it was read. In a row of limits, a quota is used up.
    Stale,
}

/// Sends a conditional write and returns its outcome. The future of the SDK takes kilobytes, so it is boxed where it
/// is created: its callers would copy it.
pub(super) fn outcome<T, E: ProvideErrorMetadata + std::error::Error, R>(
    sending: impl Future<Output = Result<T, SdkError<E, R>>>,
    operation: &'static str,
) -> impl Future<Output = Result<Write, Error>> {
    let sending = Box::pin(sending);
    async move {
        match sending.await {
            Ok(_) => Ok(Write::Done),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                Ok(Write::Stale)
            }
            Err(error) => Err(unavailable(operation)(error)),
        }
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

    /// Increases a number that the row has.
    pub(super) fn increase(self, attribute: &'static str, by: u32) -> Self {
        self.assign(attribute, number(by), |name| {
            format!("{name} = {name} + :{attribute}")
        })
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
        outcome(self.into_request().send(), operation).await
    }

    /// Sends the update. If the condition fails, returns the row that made it fail, which is empty if there is none. That
    /// costs no further read.
    pub(super) async fn send_or_row(self, operation: &'static str) -> Result<Option<Row>, Error> {
        let request = self
            .into_request()
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(request.send()).await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Some(failed.item.clone().unwrap_or_default()))
                }
                _ => Err(unavailable(operation)(error)),
            },
        }
    }

    fn into_request(self) -> UpdateItemFluentBuilder {
        let expression = self.set + &self.remove;
        let mut request = self.request.update_expression(expression.trim_start());
        for attribute in self.reserved {
            request = request.expression_attribute_names(format!("#{attribute}"), attribute);
        }
        request
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
