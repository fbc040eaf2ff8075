//! What becomes of an event before it is a request.

use lambda_http::LambdaEvent;
use lambda_http::http::header::HOST;
use lambda_http::request::LambdaRequest;

/// Takes away all that `lambda_http` makes the request's URI of. A stranger may write what is no URI
/// into any of it, and `lambda_http` is so sure of one that it panics.
///
/// No function looks at its address: the gateway's route picks the function, and the parameters of
/// path and query come decoded beside it.
pub fn without_address(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_path = None;
        // Without it, the parameters are those that the gateway has decoded.
        request.raw_query_string = None;
        // Without a host, the scheme of `x-forwarded-proto` is not read either.
        request.headers.remove(HOST);
        request.request_context.domain_name = None;
    }
    event
}
