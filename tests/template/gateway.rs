//! The API requires a token of an app and a signature of a backend, and allows no web app of an unknown origin.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::artifacts;
use crate::functions::{CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, ITEM_STATUS};
use crate::template::{Template, contains_string, strings};

const AUTHORIZER: &str = "UserAuthorizer";
const IAM: &str = "AWS_IAM";
/// Beginning of the paths for backends.
const OF_A_USER: &str = "/users/{userId}";

#[test]
fn every_route_requires_a_token_with_the_scope_or_a_signature() {
    let template = Template::load();

    let routes = routes(&template);

    assert_eq!(
        routes.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "DELETE /items/{itemId}",
            "DELETE /users/{userId}/items/{itemId}",
            "GET /items",
            "GET /items/{itemId}",
            "GET /users/{userId}/items",
            "GET /users/{userId}/items/{itemId}",
            "POST /connect-events",
            "POST /connect-token",
            "POST /users/{userId}/connect-events",
            "POST /users/{userId}/connect-token",
        ]
    );
    let scope = json!({ "Fn::If": ["HasScope", { "Ref": "JwtScope" }, { "Ref": "AWS::NoValue" }] });
    for (route, operation) in routes {
        let expected = if is_for_backends(&route) {
            json!([{ IAM: [] }])
        } else {
            json!([{ AUTHORIZER: [scope] }])
        };

        assert_eq!(operation["security"], expected, "{route}");
    }
}

#[test]
fn a_signature_is_checked_by_iam() {
    let template = Template::load();

    assert_eq!(
        body(&template)["components"]["securitySchemes"][IAM],
        json!({
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        })
    );
}

#[test]
fn a_backend_reaches_the_function_that_an_app_reaches() {
    let template = Template::load();
    let routes = routes(&template);

    for (route, operation) in &routes {
        if is_for_backends(route) {
            let of_the_app = &routes[&route.replacen(OF_A_USER, "", 1)];
            assert_eq!(
                operation["x-amazon-apigateway-integration"],
                of_the_app["x-amazon-apigateway-integration"],
                "{route}"
            );
        }
    }
}

#[test]
fn the_gateway_may_invoke_each_function_by_its_own_routes_only() {
    let template = Template::load();

    let allowed: BTreeSet<_> = template
        .resources("AWS::Lambda::Permission")
        .iter()
        .map(|(_, permission)| &permission["Properties"])
        .filter(|permission| permission["Principal"] == "apigateway.amazonaws.com")
        .map(|permission| {
            assert_eq!(permission["Action"], "lambda:InvokeFunction");
            let source = permission["SourceArn"]["Fn::Sub"][0].as_str().unwrap();
            let (_, route) = source.split_once("${__Stage__}/").unwrap();
            (route.to_owned(), permission["FunctionName"].to_string())
        })
        .collect();

    let expected: BTreeSet<_> = routes(&template)
        .iter()
        .map(|(route, operation)| {
            let source = in_an_arn(route);
            let uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].as_str();
            let (_, function) = uri.unwrap().split_once("/functions/${").unwrap();
            let (function, _) = function.split_once(".Arn}").unwrap();
            (source, json!({ "Ref": function }).to_string())
        })
        .collect();
    assert_eq!(allowed, expected);
}

#[test]
fn the_example_of_a_backends_policy_allows_its_routes_only() {
    let policy: Value =
        serde_json::from_slice(&artifacts::read("examples/backend/policy.json")).unwrap();
    let [statement] = &policy["Statement"].as_array().unwrap()[..] else {
        panic!("one statement")
    };

    assert_eq!(statement["Effect"], "Allow");
    assert_eq!(statement["Action"], "execute-api:Invoke");
    let expected: BTreeSet<_> = routes(&Template::load())
        .keys()
        .filter(|route| is_for_backends(route))
        .map(|route| {
            let route = in_an_arn(route);
            format!("arn:aws:execute-api:sa-east-1:123456789012:a1b2c3d4e5/$default/{route}")
        })
        .collect();
    assert_eq!(strings(&statement["Resource"]), expected);
}

#[test]
fn no_backend_may_call_unless_the_deployment_lists_its_role() {
    let template = Template::load();

    assert_eq!(template.default_of("BackendRoleArns").as_deref(), Some(""));
    for function in [CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, ITEM_STATUS] {
        let variables = &template.properties(function)["Environment"]["Variables"];

        assert_eq!(
            variables["BACKEND_ROLE_ARNS"],
            json!({ "Ref": "BackendRoleArns" }),
            "{function}"
        );
    }
}

#[test]
fn the_api_is_the_only_entry_point() {
    const DOORS: [&str; 6] = [
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Route",
        "AWS::AppSync::GraphQLApi",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Lambda::Url",
    ];
    let template = Template::load();

    let doors: Vec<_> = DOORS
        .iter()
        .flat_map(|kind| template.resources(kind))
        .map(|(id, _)| id)
        .collect();

    assert_eq!(doors, ["HttpApi", "WebhookFunctionUrl"]);
}

#[test]
fn the_scope_is_omitted_only_where_the_deployment_says_so() {
    let template = Template::load();

    assert_eq!(
        template.condition("HasScope"),
        &json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "JwtScope" }, ""] }] })
    );
    assert_eq!(template.default_of("JwtScope"), None);
}

#[test]
fn the_token_is_a_jwt_of_the_issuer_for_the_audience() {
    let template = Template::load();

    let authorizer = &body(&template)["components"]["securitySchemes"][AUTHORIZER]["x-amazon-apigateway-authorizer"];

    assert_eq!(authorizer["type"], "jwt");
    assert_eq!(
        authorizer["identitySource"],
        "$request.header.Authorization"
    );
    assert_eq!(
        authorizer["jwtConfiguration"]["issuer"],
        json!({ "Ref": "JwtIssuer" })
    );
    assert_eq!(
        authorizer["jwtConfiguration"]["audience"],
        json!({ "Fn::Split": [",", { "Ref": "JwtAudience" }] })
    );
}

#[test]
fn a_browser_may_call_from_the_given_origins_only() {
    let template = Template::load();

    let [condition, settings, otherwise] = &body(&template)["x-amazon-apigateway-cors"]["Fn::If"]
        .as_array()
        .unwrap()[..]
    else {
        panic!("a condition and two cases")
    };

    assert_eq!(condition, "HasCorsOrigins");
    assert_eq!(otherwise, &json!({ "Ref": "AWS::NoValue" }));
    // The origins with which the template was transformed.
    assert_eq!(
        settings["allowOrigins"],
        json!({ "Fn::Split": [",", "https://app.example.com,https://admin.example.com"] })
    );
    assert_eq!(settings["allowCredentials"], Value::Null);
    assert!(!contains_string(settings, &|text| text.contains('*')));
}

#[test]
fn a_browser_may_send_and_read_the_headers_of_the_api() {
    let template = Template::load();

    let settings = &body(&template)["x-amazon-apigateway-cors"]["Fn::If"][1];
    let methods: BTreeSet<_> = routes(&template)
        .keys()
        .map(|route| route.split(' ').next().unwrap().to_owned())
        .collect();

    assert_eq!(strings(&settings["allowMethods"]), methods);
    assert_eq!(
        strings(&settings["exposeHeaders"]),
        strings(&json!(["etag", "retry-after"]))
    );
}

#[test]
fn a_browser_may_also_send_the_headers_that_the_deployment_lists() {
    const OF_THE_API: &str = "accept-language,authorization,content-type,if-none-match";
    let template = Template::load();

    let allowed = &body(&template)["x-amazon-apigateway-cors"]["Fn::If"][1]["allowHeaders"];

    // The headers with which the template was transformed.
    let all = format!("{OF_THE_API},traceparent,x-request-source");
    let listed = json!({ "Fn::If": ["HasRequestHeaders", { "Fn::Sub": all }, OF_THE_API] });
    assert_eq!(allowed, &json!({ "Fn::Split": [",", listed] }));
    assert_eq!(
        template.condition("HasRequestHeaders"),
        &json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "AllowedRequestHeaders" }, ""] }] })
    );
    assert_eq!(
        template.default_of("AllowedRequestHeaders").as_deref(),
        Some("sentry-trace,baggage,traceparent")
    );
}

/// Guards against SAM's own description of a path parameter. It has no schema, which is not valid OpenAPI.
#[test]
fn every_path_parameter_has_a_schema() {
    let template = Template::load();

    for (route, operation) in routes(&template) {
        let parameters: Vec<_> = ["itemId", "userId"]
            .into_iter()
            .filter(|name| route.contains(&format!("{{{name}}}")))
            .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
            .collect();
        let expected = if parameters.is_empty() {
            Value::Null
        } else {
            json!(parameters)
        };

        assert_eq!(operation["parameters"], expected, "{route}");
    }
}

#[test]
fn a_deployment_fails_rather_than_omit_a_part_of_the_api() {
    let template = Template::load();

    assert_eq!(template.properties("HttpApi")["FailOnWarnings"], true);
}

#[test]
fn every_route_is_throttled() {
    let template = Template::load();

    let limits = &stage(&template)["DefaultRouteSettings"];

    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        assert_eq!(limits[limit], json!({ "Ref": "ApiThrottlingRateLimit" }));
    }
    // All users share it, so it is far above what one of them needs.
    assert_eq!(
        template.default_of("ApiThrottlingRateLimit").as_deref(),
        Some("500")
    );
}

#[test]
fn a_claim_that_names_a_person_is_refused_by_default() {
    let template = Template::load();

    let default = template.default_of("AllowPersonalOwnerClaim");

    assert_eq!(default.as_deref(), Some("false"));
}

/// Guards the only log with something personal: the address, and who called. No path, which has an item's id.
#[test]
fn the_access_log_says_who_called_and_nothing_of_the_request() {
    const LOGGED: [&str; 13] = [
        "$context.authorizer.claims.${OwnerClaim}",
        "$context.authorizer.error",
        "$context.error.responseType",
        "$context.identity.sourceIp",
        "$context.identity.userArn",
        // The request id in the function's log.
        "$context.integration.requestId",
        "$context.integrationLatency",
        "$context.requestId",
        "$context.requestTime",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.routeKey",
        "$context.status",
    ];
    let template = Template::load();

    let format = stage(&template)["AccessLogSettings"]["Format"]["Fn::Sub"]
        .as_str()
        .unwrap();
    let entries: BTreeMap<String, String> = serde_json::from_str(format).unwrap();
    let logged: BTreeSet<_> = entries.values().map(String::as_str).collect();

    assert_eq!(logged, BTreeSet::from(LOGGED));
}

fn body(template: &Template) -> &Value {
    &template.properties("HttpApi")["Body"]
}

fn stage(template: &Template) -> &Value {
    let [(_, stage)] = template.resources("AWS::ApiGatewayV2::Stage")[..] else {
        panic!("one stage")
    };
    &stage["Properties"]
}

/// Returns a route as the ARN of any request for it names it.
fn in_an_arn(route: &str) -> String {
    route
        .replacen(' ', "", 1)
        .replace("{itemId}", "*")
        .replace("{userId}", "*")
}

fn is_for_backends(route: &str) -> bool {
    route
        .split_once(' ')
        .is_some_and(|(_, path)| path.starts_with(OF_A_USER))
}

/// Returns the operations by method and path.
fn routes(template: &Template) -> BTreeMap<String, &Value> {
    let paths = body(template)["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().unwrap().iter();
            operations.map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation)
            })
        })
        .collect()
}
