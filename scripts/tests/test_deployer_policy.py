import json
import unittest
from fnmatch import fnmatchcase
from typing import Any

from stack import paths, sam_template

GUIDES = paths.ROOT / "docs" / "guides"
POLICY = json.loads((GUIDES / "deployer-policy.json").read_text())
# What limits the roles of the stack.
BOUNDARY = json.loads((GUIDES / "boundary-policy.json").read_text())
# IAM's quota for a managed policy, without white space.
LARGEST_POLICY = 6144
REGION, ACCOUNT, STACK = "sa-east-1", "123456789012", "pluggy-lambda-dev"

LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}"
NAMED = {
    "alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{STACK}-Alarm",
    "api": f"arn:aws:apigateway:{REGION}::/apis",
    # Dashboards have no region.
    "dashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{STACK}-{REGION}",
    "bus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{STACK}",
    "function": f"{LAMBDA}:function:{STACK}-Function",
    "mapping": f"{LAMBDA}:event-source-mapping:1",
    "role": f"arn:aws:iam::{ACCOUNT}:role/{STACK}-Role",
    "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-Queue",
    # CloudFormation names it by its logical id.
    "secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ErasureSecret-AbCdEfGhIjKl-AbCdEf",
    "schedule": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{STACK}-Schedule",
    "table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STACK}-Table",
    "key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-0000-4000-8000-000000000009",
    "secret of Pluggy's": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:pluggy-lambda/dev-AbCdEf",
    "log group": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}/webhook",
    "api log group": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/{STACK}/api",
}
# What creates and deletes a resource of each type of the transformed template.
NEEDED = {
    "AWS::ApiGatewayV2::Api": ("api", ["apigateway:POST", "apigateway:DELETE"]),
    "AWS::ApiGatewayV2::Stage": ("api", ["apigateway:POST", "apigateway:DELETE"]),
    "AWS::CloudWatch::Alarm": ("alarm", ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"]),
    "AWS::CloudWatch::Dashboard": ("dashboard", ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"]),
    "AWS::DynamoDB::Table": (
        "table",
        [
            "dynamodb:CreateTable",
            "dynamodb:DeleteTable",
            "dynamodb:DescribeTable",
            "dynamodb:PutResourcePolicy",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTimeToLive",
        ],
    ),
    "AWS::Events::EventBus": ("bus", ["events:CreateEventBus", "events:DeleteEventBus"]),
    "AWS::IAM::Policy": ("role", ["iam:PutRolePolicy", "iam:DeleteRolePolicy"]),
    "AWS::IAM::Role": (
        "role",
        [
            "iam:CreateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:PassRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRole",
        ],
    ),
    "AWS::Lambda::Alias": ("function", ["lambda:CreateAlias", "lambda:DeleteAlias"]),
    "AWS::Lambda::EventInvokeConfig": (
        "function",
        ["lambda:PutFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"],
    ),
    "AWS::Lambda::EventSourceMapping": (
        "mapping",
        ["lambda:CreateEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:DeleteEventSourceMapping"],
    ),
    "AWS::Lambda::Function": (
        "function",
        [
            "lambda:CreateFunction",
            "lambda:PutFunctionConcurrency",
            "lambda:UpdateFunctionCode",
            "lambda:DeleteFunction",
        ],
    ),
    "AWS::Lambda::Permission": ("function", ["lambda:AddPermission", "lambda:RemovePermission"]),
    "AWS::Lambda::Url": ("function", ["lambda:CreateFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig"]),
    "AWS::Logs::LogGroup": ("log group", ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"]),
    "AWS::Logs::MetricFilter": ("log group", ["logs:PutMetricFilter", "logs:DeleteMetricFilter"]),
    "AWS::SecretsManager::Secret": (
        "secret",
        ["secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword", "secretsmanager:DeleteSecret"],
    ),
    "AWS::SQS::Queue": ("queue", ["sqs:CreateQueue", "sqs:DeleteQueue"]),
    "AWS::Scheduler::Schedule": ("schedule", ["scheduler:CreateSchedule", "scheduler:DeleteSchedule"]),
}


class DeployerPolicy(unittest.TestCase):
    def test_it_allows_what_creates_and_deletes_each_resource_of_the_template(self) -> None:
        template = sam_template.transform(sam_template.read_source(paths.ROOT / "template.yaml"), {})

        types = {resource["Type"] for resource in template["Resources"].values()}

        self.assertEqual(types, set(NEEDED))
        for kind, (name, actions) in NEEDED.items():
            for action in actions:
                self.assertTrue(_allows(action, NAMED[name]), f"{kind}: {action}")
        self.assertTrue(_allows("logs:CreateLogGroup", NAMED["api log group"]))

    def test_it_allows_nothing_outside_the_stacks_but_what_has_no_resource(self) -> None:
        for action, resource in [
            ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/admin"),
            ("lambda:UpdateFunctionCode", f"{LAMBDA}:function:payments"),
            ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/payments"),
            ("cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/payments/1"),
        ]:
            self.assertFalse(_allows(action, resource), action)

    def test_it_allows_no_data_and_no_secret(self) -> None:
        for action in [
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:PutItem",
            "lambda:InvokeFunction",
            "secretsmanager:GetSecretValue",
        ]:
            self.assertFalse(any(_allows(action, resource) for resource in NAMED.values()), action)
        self.assertFalse(_allows("secretsmanager:DeleteSecret", NAMED["secret of Pluggy's"]))

    def test_it_fits_a_managed_policy(self) -> None:
        self.assertLessEqual(len(json.dumps(POLICY, separators=(",", ":"))), LARGEST_POLICY)


class Boundary(unittest.TestCase):
    def test_it_allows_what_the_roles_do_and_nothing_else(self) -> None:
        template = sam_template.transform(sam_template.read_source(paths.ROOT / "template.yaml"), {})
        resources = template["Resources"].values()
        roles = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::IAM::Role"]
        attached = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::IAM::Policy"]
        policies = attached + [policy for role in roles for policy in role["Policies"]]

        used = {action for policy in policies for action in _actions(policy["PolicyDocument"]["Statement"])}

        self.assertEqual(set(_actions(BOUNDARY["Statement"])), used)
        for action in used:
            reached = {
                "dynamodb": ["table"],
                "events": ["bus"],
                "kms": ["key"],
                "lambda": ["function"],
                "logs": ["log group"],
                "secretsmanager": ["secret", "secret of Pluggy's"],
                "sqs": ["queue"],
            }[action.partition(":")[0]]
            for name in reached:
                self.assertTrue(_allows(action, NAMED[name], BOUNDARY), f"{action}: {name}")

    def test_it_allows_nothing_outside_the_stacks(self) -> None:
        for action, resource in [
            ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/payments"),
            ("lambda:InvokeFunction", f"{LAMBDA}:function:payments"),
            ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:payments-AbCdEf"),
        ]:
            self.assertFalse(_allows(action, resource, BOUNDARY), action)


def _actions(value: Any) -> list[str]:
    """Returns the actions of statements, also of those that a condition of the template decides."""
    if isinstance(value, list):
        return [action for each in value for action in _actions(each)]
    if not isinstance(value, dict):
        return []
    if "Action" in value:
        return _list(value["Action"])
    return _actions(value.get("Fn::If", []))


def _allows(action: str, resource: str, policy: dict[str, Any] = POLICY) -> bool:
    return any(
        any(fnmatchcase(action, pattern) for pattern in _list(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in _list(statement["Resource"]))
        for statement in policy["Statement"]
    )


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    unittest.main()
