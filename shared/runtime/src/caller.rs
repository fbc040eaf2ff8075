//! Identity of the caller: a claim of the JWT that the API's authorizer has verified, never a field of the
//! request.

use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;

use pluggy::ClientUserId;

/// Returns the signed-in user from the claim named `claim`, for example `sub`. Returns `None` without a
/// usable claim, also when the request did not pass the authorizer.
pub fn caller(request: &lambda_http::Request, claim: &str) -> Option<ClientUserId> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else {
        return None;
    };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    claims.get(claim)?.parse().ok()
}

/// Returns the id under which Lambda logs this request, for responses that refer to the log.
pub fn request_id(request: &lambda_http::Request) -> String {
    request
        .lambda_context_ref()
        .map(|context| context.request_id.clone())
        .unwrap_or_default()
}
