"""The HTTP API's routes, which MiniStack does not create.

SAM describes an `AWS::Serverless::HttpApi` as an OpenAPI document, the `Body` of the API in the transformed template.
MiniStack creates the API but does not read that document. This step does what API Gateway does with it, through the
API's own calls. The end-to-end tests fail once MiniStack reads the document itself: then delete this file.
"""

from typing import Any

from pluggy_lambda.intrinsic import Resolver
from stack import ministack, sam_template

METHODS = {"delete", "get", "head", "options", "patch", "post", "put"}


def create_routes(stack_name: str) -> str:
    """Creates the routes, integrations, authorizers and CORS of the deployed API. Returns the API's id."""
    cloudformation = ministack.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}
    template = _transformed(cloudformation, stack_name, parameters)
    resources = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    physical_ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    logical_id, api = _only_api(template)
    document = _resolver(stack, template, parameters, physical_ids).resolve(api["Properties"]["Body"])
    _recreate(physical_ids[logical_id], document)
    return physical_ids[logical_id]


def _transformed(cloudformation: Any, stack_name: str, parameters: dict[str, str]) -> dict[str, Any]:
    # MiniStack keeps a transformed template, but from the parameters' defaults.
    original = cloudformation.get_template(StackName=stack_name, TemplateStage="Original")["TemplateBody"]
    template = sam_template.parse(original) if isinstance(original, str) else original
    return sam_template.transform(template, parameters)


def _only_api(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    apis = [entry for entry in template["Resources"].items() if entry[1]["Type"] == "AWS::ApiGatewayV2::Api"]
    if len(apis) != 1:
        raise ValueError(f"the template has {len(apis)} HTTP APIs, not one")
    return apis[0]


def _resolver(
    stack: dict[str, Any], template: dict[str, Any], parameters: dict[str, str], physical_ids: dict[str, str]
) -> Resolver:
    region, account = stack["StackId"].split(":")[3:5]
    pseudo_parameters = {
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackName": stack["StackName"],
    }
    function_arns = {
        (logical_id, "Arn"): f"arn:aws:lambda:{region}:{account}:function:{physical_id}"
        for logical_id, physical_id in physical_ids.items()
        if template["Resources"].get(logical_id, {}).get("Type") == "AWS::Lambda::Function"
    }
    references = {**physical_ids, **parameters, **pseudo_parameters}
    return Resolver(references, function_arns, template.get("Conditions", {}))


def _recreate(api_id: str, document: dict[str, Any]) -> None:
    gateway = ministack.client("apigatewayv2")
    _remove_everything(gateway, api_id)
    cors = document.get("x-amazon-apigateway-cors")
    if cors is not None:
        gateway.update_api(ApiId=api_id, CorsConfiguration={name[0].upper() + name[1:]: cors[name] for name in cors})
    schemes = document.get("components", {}).get("securitySchemes", {})
    protections = {name: _protection(gateway, api_id, name, scheme) for name, scheme in schemes.items()}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _create_route(gateway, api_id, f"{method.upper()} {path}", operation, protections)


def _remove_everything(gateway: Any, api_id: str) -> None:
    for route in gateway.get_routes(ApiId=api_id)["Items"]:
        gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for integration in gateway.get_integrations(ApiId=api_id)["Items"]:
        gateway.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])
    for authorizer in gateway.get_authorizers(ApiId=api_id)["Items"]:
        gateway.delete_authorizer(ApiId=api_id, AuthorizerId=authorizer["AuthorizerId"])


def _protection(gateway: Any, api_id: str, name: str, scheme: dict[str, Any]) -> dict[str, str]:
    """Returns what a route with this scheme says. A signature needs no authorizer: IAM checks it."""
    if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
        return {"AuthorizationType": "AWS_IAM"}
    return {"AuthorizationType": "JWT", "AuthorizerId": _create_authorizer(gateway, api_id, name, scheme)}


def _create_authorizer(gateway: Any, api_id: str, name: str, scheme: dict[str, Any]) -> str:
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    source = authorizer["identitySource"]
    return gateway.create_authorizer(
        ApiId=api_id,
        Name=name,
        AuthorizerType=authorizer["type"].upper(),
        IdentitySource=source if isinstance(source, list) else [source],
        JwtConfiguration={
            "Issuer": authorizer["jwtConfiguration"]["issuer"],
            "Audience": authorizer["jwtConfiguration"]["audience"],
        },
    )["AuthorizerId"]


def _create_route(
    gateway: Any, api_id: str, key: str, operation: dict[str, Any], protections: dict[str, dict[str, str]]
) -> None:
    description = operation["x-amazon-apigateway-integration"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType=description["type"].upper(),
        IntegrationUri=description["uri"],
        IntegrationMethod=description.get("httpMethod", "POST"),
        PayloadFormatVersion=description["payloadFormatVersion"],
    )
    protection: dict[str, Any] = {}
    for requirement in operation.get("security", []):
        for name, scopes in requirement.items():
            protection = {**protections[name], "AuthorizationScopes": scopes}
    gateway.create_route(
        ApiId=api_id, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}", **protection
    )
