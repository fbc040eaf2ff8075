//! Request sanitizer: strips untrusted URI parts before the event becomes a request.

use lambda_http::LambdaEvent;
use lambda_http::http::header::HOST;
use lambda_http::request::LambdaRequest;

/// Removes all parts from which `lambda_http` builds the request's URI. Any caller may send an invalid URI
/// part, and `lambda_http` panics on one.
///
/// No function needs the URI: the gateway's route selects the function, and the event has decoded path and
/// query parameters.
pub fn without_address(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_path = None;
        // Without this string, `lambda_http` uses the parameters that the gateway has decoded.
        request.raw_query_string = None;
        // Without a host, `lambda_http` ignores the scheme of `x-forwarded-proto` too.
        request.headers.remove(HOST);
        request.request_context.domain_name = None;
    }
    event
}
