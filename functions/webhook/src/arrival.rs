//! What becomes of an event before it is a request.

use lambda_http::LambdaEvent;
use lambda_http::request::LambdaRequest;

/// Takes path and query away. Neither means anything here, and what a stranger writes into a query
/// need not be a URI, of which `lambda_http` is so sure that it panics.
pub fn without_address(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_path = None;
        request.raw_query_string = None;
    }
    event
}
