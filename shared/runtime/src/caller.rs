//! Identity of the caller: a claim of the JWT that the API's authorizer has verified, never a field of the
//! request.

use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;

use pluggy::ClientUserId;

use crate::problem::Problem;

/// Returns the signed-in user from the claim named `claim`, for example `sub`. Returns a 401 without a
/// usable claim, also when the request did not pass the authorizer.
pub fn caller(request: &lambda_http::Request, claim: &str) -> Result<ClientUserId, Problem> {
    of_claim(request, claim).ok_or_else(Problem::unauthenticated)
}

fn of_claim(request: &lambda_http::Request, claim: &str) -> Option<ClientUserId> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else {
        return None;
    };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    claims.get(claim)?.parse().ok()
}
