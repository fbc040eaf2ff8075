import json
import re
import unittest
from typing import Any
from unittest import mock

from pluggy_lambda import environment, parameters
from pluggy_lambda.aws import Aws
from pluggy_lambda.errors import InterruptedFailure
from pluggy_lambda.preflight import account
from pluggy_lambda.preflight.check import Check, Failed, Outcome, Passed, Warned, run
from pluggy_lambda.preflight.facts import Facts
from tests.support import CALLER, CLIENT_ID, PARAMETERS, ROOT, Cloudformation, Project, refusal

TOPIC = "arn:aws:sns:sa-east-1:123456789012:alarms"
VALUES = {
    "PluggySecretName": "pluggy-lambda/dev",
    "PluggyClientId": CLIENT_ID,
    "JwtIssuer": "https://id.example.com/",
    "JwtAudience": "app,other",
    "JwtScope": "connections",
}


class Account(Project):
    def setUp(self) -> None:
        super().setUp()
        self.values = dict(VALUES)

    def outcome(self, check: str) -> Outcome:
        """Runs one check on a facts whose file is valid."""
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__), account="123456789012")
        facts.parameters = parameters.with_defaults(self.values)
        [found] = [each for each in account.GROUP.checks if each.id == check]
        alone = Check(found.id, found.sentence, found.run)
        return run([type(account.GROUP)("", (alone,))], facts)[check].outcome

    def check(self, check: str, kind: type, found: str = "") -> None:
        outcome = self.outcome(check)
        self.assertIsInstance(outcome, kind, outcome)
        self.assertIn(found, str(outcome))

    def no_stack(self) -> None:
        message = "Stack with id pluggy-lambda-dev does not exist"
        self.stub("cloudformation").add_client_error("describe_stacks", "ValidationError", message)

    def stack(self, **values: str) -> None:
        self.clients["cloudformation"] = Cloudformation({}, {**PARAMETERS, **values})


class File(Project):
    def outcome(self, text: str | None) -> Outcome:
        if text is not None:
            self.file.write_text(text, encoding="utf-8")
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__))
        [result] = run([account.FILE_GROUP], facts).values()
        self.assertEqual(bool(facts.parameters), isinstance(result.outcome, Passed))
        return result.outcome

    def test_a_file_that_cloudformation_accepts_passes(self) -> None:
        self.assertIsInstance(
            self.outcome("\n".join(f"{name}: {json.dumps(value)}" for name, value in VALUES.items())), Passed
        )

    def test_every_wrong_value_is_named(self) -> None:
        outcome = self.outcome("JwtIssuer: ftp://x\nNothing: 1\nMemorySize: 1\nSandboxConnectors: true\nJwtScope:\n")

        self.assertIsInstance(outcome, Failed)
        for expected in [
            "JwtIssuer must be an https URL",
            "Nothing is not a parameter",
            "MemorySize must be from 128 to 10240",
            "SandboxConnectors must be one of true, false",
            "PluggyClientId is missing",
        ]:
            self.assertIn(expected, outcome.found)

    def test_very_many_mistakes_do_not_fill_the_screen(self) -> None:
        outcome = self.outcome("\n".join(f"Nothing{number}: 1" for number in range(50)))

        self.assertIn("and 45 more", outcome.found)

    def test_a_file_that_cannot_be_read_has_a_remedy(self) -> None:
        for text, found in [(None, "does not exist"), ("[", "cannot be read"), ("7", "is no list of parameters")]:
            outcome = self.outcome(text)

            self.assertIsInstance(outcome, Failed)
            self.assertIn(found, outcome.found)

    def test_the_examples_have_only_values_that_cloudformation_accepts(self) -> None:
        for name in ("dev", "prod"):
            values = parameters.read(self.folder / "params" / f"{name}.example.yaml")

            self.assertEqual(parameters.problems(values), [])


class Credentials(Account):
    def test_the_caller_is_shown(self) -> None:
        sts = self.stub("sts")
        sts.add_response("get_caller_identity", {"Account": "123456789012", "Arn": CALLER, "UserId": "x"})

        self.assertEqual(self.outcome("credentials"), Passed(CALLER))

    def test_refused_credentials_fail(self) -> None:
        self.stub("sts").add_client_error("get_caller_identity", "ExpiredToken", "The token is expired")

        self.check("credentials", Failed, "AWS refuses the credentials: The token is expired")

    def test_a_region_that_does_not_exist_fails(self) -> None:
        self.check("region", Passed, "sa-east-1")
        text = (self.folder / "samconfig.toml").read_text(encoding="utf-8")
        for region, kind, found in [
            ("sa-east-9", Failed, "sa-east-9 has no apigatewayv2, cloudformation, cloudwatch"),
            ("us-gov-west-1", Passed, ""),
            ("cn-north-1", Passed, ""),
            ("nowhere", Failed, "nowhere"),
        ]:
            (self.folder / "samconfig.toml").write_text(text.replace("sa-east-1", region), encoding="utf-8")
            self.check("region", kind, found)

    def test_every_service_of_the_template_is_checked(self) -> None:
        resources = re.findall(
            r"^    Type: AWS::(\w+)::", (ROOT / "template.yaml").read_text(encoding="utf-8"), re.MULTILINE
        )
        names = {"Serverless": "lambda", "HttpApi": "apigatewayv2"}
        services = {names.get(name, name.lower()) for name in resources} - {"iam"}  # IAM has no regions.
        if "ScheduleV2" in (ROOT / "template.yaml").read_text(encoding="utf-8"):
            services.add("scheduler")

        self.assertGreater(len(services), 6)
        self.assertLessEqual(services, set(account.SERVICES))


class Concurrency(Account):
    def limits(self, quota: int, unreserved: int) -> None:
        limits = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": unreserved}
        self.stub("lambda").add_response("get_account_settings", {"AccountLimit": limits})

    def test_reservations_that_fit_pass(self) -> None:
        self.no_stack()
        self.limits(1000, 1000)
        self.values |= {"WebhookReservedConcurrency": "50", "ItemSyncReservedConcurrency": "20"}

        self.check("concurrency", Passed, "quota 1000, 930 unreserved")

    def test_reservations_that_do_not_fit_fail(self) -> None:
        self.no_stack()
        self.limits(150, 150)
        self.values |= {"WebhookReservedConcurrency": "50", "ItemSyncReservedConcurrency": "20"}

        self.check("concurrency", Failed, "the quota is 150; 70 reserved executions leave 80, and Lambda keeps 100")

    def test_what_the_stack_reserves_already_is_not_counted_twice(self) -> None:
        self.stack(WebhookReservedConcurrency="50", ItemSyncReservedConcurrency="20")
        self.limits(170, 100)
        self.values |= {
            "WebhookReservedConcurrency": "50",
            "ItemSyncReservedConcurrency": "20",
            "AccountConcurrencyThreshold": "136",
        }

        self.check("concurrency", Passed, "quota 170, 100 unreserved")

    def test_a_stack_whose_first_deployment_failed_reserves_nothing(self) -> None:
        self.stack(WebhookReservedConcurrency="50", ItemSyncReservedConcurrency="20")
        self.clients["cloudformation"].stack["StackStatus"] = "ROLLBACK_COMPLETE"
        self.limits(150, 150)
        self.values |= {"WebhookReservedConcurrency": "50", "ItemSyncReservedConcurrency": "20"}

        self.check("concurrency", Failed, "70 reserved executions leave 80")

    def test_a_new_account_is_a_warning_with_the_command_to_ask_for_more(self) -> None:
        self.no_stack()
        self.limits(10, 10)

        self.check("concurrency", Warned, "request-service-quota-increase --service-code lambda")

    def test_an_alarm_that_never_goes_off_is_a_warning(self) -> None:
        self.no_stack()
        self.limits(500, 500)

        self.check("concurrency", Warned, "Set AccountConcurrencyThreshold: 400")


class Gateway:
    """A fake API Gateway whose response to one request is lost, because the operator interrupts the command."""

    def __init__(self, interrupted: str, *, denied: bool = False) -> None:
        self.interrupted = interrupted
        self.denied = denied
        self.apis = {"1": "pluggy-lambda-dev", "2": "pluggy-lambda-preflight-other"}

    # The names of the arguments are those of AWS.
    def import_api(self, *, Body: str, FailOnWarnings: bool) -> dict[str, str]:  # noqa: N803
        assert FailOnWarnings
        self.apis["3"] = json.loads(Body)["info"]["title"]
        self.interrupt("import_api")
        return {"ApiId": "3"}

    def delete_api(self, *, ApiId: str) -> None:  # noqa: N803
        self.interrupt("delete_api")
        del self.apis[ApiId]

    def get_paginator(self, name: str) -> Any:
        assert name == "get_apis"
        if self.denied:
            raise refusal("AccessDeniedException")
        pages = [{"Items": [{"ApiId": key, "Name": name}]} for key, name in self.apis.items()]
        return mock.Mock(paginate=lambda: pages)

    def interrupt(self, name: str) -> None:
        if self.interrupted == name:
            self.interrupted = ""
            raise KeyboardInterrupt


class Api(Account):
    def setUp(self) -> None:
        super().setUp()
        self.gateway = self.stub("apigatewayv2")

    def body(self) -> dict[str, Any]:
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__), account="123456789012")
        facts.parameters = parameters.with_defaults(self.values)
        return account.api_body(facts, "pluggy-lambda-preflight-1")

    def test_the_document_is_that_of_the_deployment(self) -> None:
        body = self.body()

        self.assertEqual(
            body["components"]["securitySchemes"]["UserAuthorizer"]["x-amazon-apigateway-authorizer"][
                "jwtConfiguration"
            ],
            {"issuer": "https://id.example.com/", "audience": ["app", "other"]},
        )
        self.assertEqual(body["paths"]["/items"]["get"]["security"], [{"UserAuthorizer": ["connections"]}])
        self.assertRegex(
            body["paths"]["/items"]["get"]["x-amazon-apigateway-integration"]["uri"],
            "^arn:aws:apigateway:sa-east-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:sa-east-1:123456789012:function:pluggy-lambda-preflight-ItemStatusFunction/invocations$",
        )
        self.assertNotIn("x-amazon-apigateway-cors", body)
        self.assertNotRegex(json.dumps(body), r'"(Ref|Fn::\w+)"|\$\{')

    def test_parameters_change_the_document(self) -> None:
        self.values |= {"JwtScope": "", "CorsAllowedOrigins": "https://a.example.com", "AllowedRequestHeaders": "x-one"}
        body = self.body()

        self.assertEqual(body["paths"]["/items"]["get"]["security"], [{"UserAuthorizer": []}])
        self.assertEqual(body["x-amazon-apigateway-cors"]["allowOrigins"], ["https://a.example.com"])
        self.assertIn("x-one", body["x-amazon-apigateway-cors"]["allowHeaders"])

    def test_an_accepted_api_is_deleted_again(self) -> None:
        self.enterContext(mock.patch.object(account, "_name", lambda: "pluggy-lambda-preflight-1"))
        expected = {"Body": json.dumps(self.body()), "FailOnWarnings": True}
        self.gateway.add_response("import_api", {"ApiId": "a1"}, expected)
        self.gateway.add_response("delete_api", {}, {"ApiId": "a1"})

        self.check("api", Passed)

    def test_an_interrupted_import_leaves_no_api(self) -> None:
        for interrupted in ("import_api", "delete_api"):
            self.clients["apigatewayv2"] = gateway = Gateway(interrupted)

            with self.assertRaises(KeyboardInterrupt):
                self.outcome("api")

            self.assertEqual(list(gateway.apis.values()), ["pluggy-lambda-dev", "pluggy-lambda-preflight-other"])

    def test_an_api_that_may_stay_after_an_interruption_is_named(self) -> None:
        self.clients["apigatewayv2"] = Gateway("import_api", denied=True)

        with self.assertRaises(InterruptedFailure) as raised:
            self.outcome("api")

        self.assertRegex(
            str(raised.exception), "interrupted, and the API pluggy-lambda-preflight-[0-9a-f]{16} may stay"
        )
        self.assertIn("aws apigatewayv2 get-apis --region sa-east-1", raised.exception.remedy)

    def test_the_partition_is_that_of_the_region(self) -> None:
        for region, partition in [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("sa-east-1", "aws")]:
            text = (ROOT / "samconfig.toml").read_text(encoding="utf-8")
            (self.folder / "samconfig.toml").write_text(text.replace("sa-east-1", region), encoding="utf-8")

            self.assertIn(f"arn:{partition}:lambda:{region}:", json.dumps(self.body()))

    def test_a_refused_api_has_the_message(self) -> None:
        message = "Warnings found during import: unsupported security definition"
        self.gateway.add_client_error("import_api", "BadRequestException", message)

        self.check("api", Failed, message)

    def test_a_refused_issuer_points_to_its_checks(self) -> None:
        self.gateway.add_client_error("import_api", "BadRequestException", "Invalid issuer: https://id.example.com/")

        self.check("api", Failed, "API Gateway cannot use JwtIssuer")

    def test_an_api_that_stays_is_a_warning_with_the_command_to_delete_it(self) -> None:
        self.gateway.add_response("import_api", {"ApiId": "a1"})
        self.gateway.add_client_error("delete_api", "AccessDeniedException", "no")

        self.check("api", Warned, "aws apigatewayv2 delete-api --api-id a1 --region sa-east-1")


class Topic(Account):
    def test_without_a_topic_alarms_reach_nobody(self) -> None:
        self.check("alarm-topic", Warned, "no alarm reaches anybody")

    def test_a_topic_of_another_region_fails(self) -> None:
        self.values["AlarmTopicArn"] = TOPIC.replace("sa-east-1", "us-east-1")

        self.check("alarm-topic", Failed, "the topic is in us-east-1 and the stack in sa-east-1")

    def test_somebody_must_have_subscribed(self) -> None:
        self.values["AlarmTopicArn"] = TOPIC
        sns = self.stub("sns")
        for confirmed, kind in [("0", Warned), ("2", Passed)]:
            attributes = {"Attributes": {"SubscriptionsConfirmed": confirmed}}
            sns.add_response("get_topic_attributes", attributes, {"TopicArn": TOPIC})

            self.check("alarm-topic", kind)

    def test_a_topic_that_is_not_there_fails(self) -> None:
        self.values["AlarmTopicArn"] = TOPIC
        self.stub("sns").add_client_error("get_topic_attributes", "NotFoundException", "Topic does not exist")

        self.check("alarm-topic", Failed, "Topic does not exist")


class Protection(Account):
    def test_a_first_deployment_must_be_able_to_roll_back(self) -> None:
        for value, kind in [("true", Failed), ("false", Passed)]:
            self.no_stack()
            self.values["DeletionProtection"] = value

            self.check("deletion-protection", kind)

    def test_a_first_deployment_that_failed_is_followed_by_a_first_one(self) -> None:
        for status, kind in [
            ("ROLLBACK_COMPLETE", Failed),
            ("REVIEW_IN_PROGRESS", Failed),
            ("IMPORT_COMPLETE", Passed),
        ]:
            self.stack()
            self.clients["cloudformation"].stack["StackStatus"] = status
            self.values["DeletionProtection"] = "true"

            self.check("deletion-protection", kind)

    def test_a_later_one_protects_the_tables(self) -> None:
        for value, kind in [("true", Passed), ("false", Warned)]:
            self.stack()
            self.values["DeletionProtection"] = value

            self.check("deletion-protection", kind)


if __name__ == "__main__":
    unittest.main()
