import copy
import unittest
from typing import Any

from pluggy_lambda.intrinsic import Resolver
from stack import paths, sam_template, swagger_parser

# SAM describes the JWT authorizer as an OAuth 2.0 scheme without its flows. API Gateway's own documents do the same.
OF_SAM = {"attribute components.securitySchemes.UserAuthorizer.flows is missing"}
PARAMETERS = {
    "AllowedRequestHeaders": "sentry-trace,baggage,traceparent",
    "CorsAllowedOrigins": "https://app.example.com",
    "JwtAudience": "app",
    "JwtIssuer": "https://identity.example.com",
    "JwtScope": "connections",
}
PSEUDO_PARAMETERS = {"AWS::Partition": "aws", "AWS::Region": "sa-east-1", "AWS::StackName": "pluggy-lambda"}


def body(parameters: dict[str, str]) -> dict[str, Any]:
    """Returns the document for a deployment with these parameters."""
    template = sam_template.transform(sam_template.read_source(paths.ROOT / "template.yaml"), parameters)
    arns = {(name, "Arn"): f"arn:aws:lambda:sa-east-1:123456789012:function:{name}" for name in template["Resources"]}
    resolver = Resolver({**PSEUDO_PARAMETERS, **parameters}, arns, template["Conditions"])
    return resolver.resolve(template["Resources"]["HttpApi"]["Properties"]["Body"])


class ApiBody(unittest.TestCase):
    """The OpenAPI document that API Gateway imports, with FailOnWarnings."""

    body: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.body = body(PARAMETERS)

    def test_a_preflight_may_ask_for_the_headers_of_the_api_and_those_of_the_parameter(self) -> None:
        of_the_api = ["accept-language", "authorization", "content-type", "if-none-match"]
        for listed, further in (
            ("sentry-trace,baggage,traceparent", ["sentry-trace", "baggage", "traceparent"]),
            ("x-one", ["x-one"]),
            ("", []),
        ):
            cors = body({**PARAMETERS, "AllowedRequestHeaders": listed})["x-amazon-apigateway-cors"]

            self.assertEqual(cors["allowHeaders"], [*of_the_api, *further])

    def test_swagger_parser_accepts_it(self) -> None:
        self.assertEqual(swagger_parser.remarks(self.body), OF_SAM)

    def test_swagger_parser_sees_a_path_parameter_without_a_schema(self) -> None:
        body = copy.deepcopy(self.body)
        del body["paths"]["/items/{itemId}"]["delete"]["parameters"][0]["schema"]

        remarks = swagger_parser.remarks(body) - OF_SAM

        self.assertEqual(remarks, {"attribute paths.'/items/{itemId}'(delete).parameters.[itemId].content is missing"})


if __name__ == "__main__":
    unittest.main()
