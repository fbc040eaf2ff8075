//! Refusals by Pluggy to delete an item.

use lambda_http::http::StatusCode;
use runtime::RequestError;
use runtime::problem::Problem;

/// Statuses with which Pluggy refuses to delete the item: not this item, not now, or not for this
/// application. Any other status is a problem of the call.
const REFUSALS: [StatusCode; 4] = [
    StatusCode::BAD_REQUEST,
    StatusCode::FORBIDDEN,
    StatusCode::CONFLICT,
    StatusCode::UNPROCESSABLE_ENTITY,
];

/// Converts the error of a deletion. The caller learns of a refusal and its code.
pub(crate) fn request_error(error: client::Error) -> RequestError {
    match &error {
        client::Error::Rejected { status, code, .. }
            if REFUSALS.iter().any(|refusal| refusal == status) =>
        {
            RequestError::RefusedByPluggy {
                problem: Box::new(Problem::disconnect_refused(code.as_deref())),
                // The application lacks the permission, independent of the item and the moment.
                needs_a_person: StatusCode::FORBIDDEN == *status,
                error,
            }
        }
        _ => RequestError::Pluggy(error),
    }
}
