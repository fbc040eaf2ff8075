import unittest
from typing import Any

from pluggy_lambda import __version__, environment
from pluggy_lambda.aws import Aws, Stack
from pluggy_lambda.preflight import stack
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Skipped, Warned, run
from pluggy_lambda.preflight.facts import Facts
from tests.support import OUTPUTS, PARAMETERS, Lambda, Project, Server


class Deployed(Project):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.deploy()
        self.outputs = {**OUTPUTS, "ApiUrl": f"{self.server.url}/", "Version": __version__}
        self.parameters = dict(PARAMETERS)
        self.token = ""

    def outcome(self, name: str) -> Outcome:
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__), self.token, parameters=self.parameters)
        facts.stack = Stack("arn", "UPDATE_COMPLETE", self.outputs, dict(PARAMETERS))
        [found] = [each for each in stack.GROUP.checks if each.id == name]
        return run([Group("", (Check(found.id, found.sentence, found.run),))], facts)[name].outcome

    def check(self, name: str, kind: type, found: str = "") -> None:
        outcome = self.outcome(name)
        self.assertIsInstance(outcome, kind, outcome)
        self.assertIn(found, str(outcome))

    def test_the_last_deployment_must_have_succeeded(self) -> None:
        for status, kind in [
            ("CREATE_COMPLETE", Passed),
            ("UPDATE_COMPLETE", Passed),
            ("IMPORT_COMPLETE", Passed),
            ("IMPORT_ROLLBACK_COMPLETE", Warned),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Failed),
            ("UPDATE_ROLLBACK_FAILED", Failed),
            ("UPDATE_ROLLBACK_COMPLETE", Warned),
            ("UPDATE_IN_PROGRESS", Failed),
            ("ROLLBACK_COMPLETE", Failed),
            ("DELETE_FAILED", Failed),
        ]:
            self.clients["cloudformation"].stack["StackStatus"] = status
            self.check("stack", kind)

    def test_another_version_is_a_warning(self) -> None:
        self.check("version", Passed, __version__)
        for version in ("9.9.9", ""):
            self.outputs["Version"] = version
            self.check("version", Warned, f"of version {version or 'unknown'}")

    def test_values_that_are_not_deployed_are_a_warning(self) -> None:
        self.check("deployed-parameters", Passed)
        self.parameters |= {"JwtScope": "new", "PluggyBaseUrl": "https://api.example.com"}
        self.check("deployed-parameters", Warned, "differ in JwtScope, PluggyBaseUrl")

    def alarms(self, *alarms: dict[str, Any], missing: str = "") -> None:
        """Makes the stack have alarms, of which one may not exist any more."""
        names = [*(alarm["AlarmName"] for alarm in alarms), *([missing] if missing else [])]
        resources = [_resource("AWS::CloudWatch::Alarm", name) for name in names] + [_resource("AWS::SQS::Queue", "q")]
        cloudformation, cloudwatch = self.stub("cloudformation"), self.stub("cloudwatch")
        gone = {**_resource("AWS::CloudWatch::Alarm", "old"), "ResourceStatus": "DELETE_COMPLETE"}
        for some, token in [([*resources[:1], gone], "more"), (resources[1:], None)]:
            answer = {"StackResourceSummaries": some, **({"NextToken": token} if token else {})}
            cloudformation.add_response("list_stack_resources", answer)
        if not names:
            return
        expected = {"AlarmNames": names, "MaxRecords": 100}
        cloudwatch.add_response("describe_alarms", {"MetricAlarms": list(alarms)}, expected)

    def test_an_alarm_without_an_action_is_a_warning(self) -> None:
        loud, silent = _alarm("one", ["arn:aws:sns:sa-east-1:123456789012:alarms"]), _alarm("two", [])
        self.alarms(loud, silent)
        self.check("alarms-notify", Warned, "1 alarm without a topic: two")
        self.alarms({**loud, "ActionsEnabled": False}, _alarm("two", loud["AlarmActions"]))
        self.check("alarms-notify", Warned, "1 alarm with disabled actions: one")
        self.alarms(loud, missing="two")
        self.check("alarms-notify", Warned, "1 alarm deleted: two")
        self.alarms()
        self.check("alarms-notify", Warned, "the stack has no alarm")
        self.alarms(loud)
        self.check("alarms-notify", Passed)

    def test_an_alarm_that_is_on_names_its_page(self) -> None:
        self.alarms(_alarm("one", []), {**_alarm("two", []), "StateValue": "ALARM"})
        self.check("alarms-quiet", Warned, "Follow docs/operations/runbook/failures.md#failuresalarm")
        self.alarms(_alarm("one", []))
        self.check("alarms-quiet", Passed)

    def test_an_alarm_on_silence_is_on_while_it_has_no_value(self) -> None:
        waiting = {**_alarm("two", []), "StateValue": "INSUFFICIENT_DATA"}
        self.alarms(_alarm("one", []), {**waiting, "TreatMissingData": "missing"})
        self.check("alarms-quiet", Warned, "on: two")
        self.alarms(_alarm("one", []), {**waiting, "TreatMissingData": "ignore"})
        self.check("alarms-quiet", Passed)

    def tables(self, protected: bool, recovery: str = "ENABLED") -> None:
        dynamodb = self.stub("dynamodb")
        for name in ("events", "items", "credentials", "limits"):
            table = {"Table": {"DeletionProtectionEnabled": protected or name != "items"}}
            dynamodb.add_response("describe_table", table, {"TableName": name})
        status = {"PointInTimeRecoveryStatus": recovery}
        backups = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": status}
        dynamodb.add_response(
            "describe_continuous_backups", {"ContinuousBackupsDescription": backups}, {"TableName": "items"}
        )

    def test_tables_must_be_protected(self) -> None:
        self.tables(protected=True)
        self.check("tables", Passed)
        self.tables(protected=False)
        self.check("tables", Warned, "without deletion protection: ItemTable")
        self.tables(protected=True, recovery="DISABLED")
        self.check("tables", Failed, "no point-in-time recovery")

    def test_the_webhook_must_be_registered(self) -> None:
        self.clients["lambda"] = Lambda({"problems": []}, {"problems": ["missing"]}, {"result": "unknown"})
        self.check("webhook", Passed)
        self.check("webhook", Failed, "pluggy-lambda webhook register --env dev")
        self.check("webhook", Failed, "could not fetch the webhooks")

    def test_the_api_must_refuse_a_request_without_a_token(self) -> None:
        for status, kind in [(401, Passed), (200, Failed), (500, Failed)]:
            self.server.responses["GET /items"] = (status, {})
            self.check("api-closed", kind)

    def test_the_api_must_answer_the_tokens_user(self) -> None:
        self.check("api-open", Skipped)
        self.token = "the-token"
        for status, kind in [(200, Passed), (401, Failed), (403, Failed)]:
            self.server.responses["GET /items"] = (status, {})
            self.check("api-open", kind)
        self.assertEqual(self.server.requests[-1][1]["authorization"], "Bearer the-token")
        self.assertNotIn("the-token", str(self.outcome("api-open")))

    def test_an_api_that_does_not_answer_fails(self) -> None:
        self.outputs["ApiUrl"] = "http://127.0.0.1:9"
        self.check("api-closed", Failed, "does not answer")


def _resource(kind: str, name: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": name,
        "PhysicalResourceId": name,
        "ResourceType": kind,
        "LastUpdatedTimestamp": "2026-11-23T12:00:00Z",
        "ResourceStatus": "CREATE_COMPLETE",
    }


def _alarm(name: str, actions: list[str]) -> dict[str, Any]:
    description = "Something is wrong. docs/operations/runbook/failures.md#failuresalarm"
    return {"AlarmName": name, "AlarmActions": actions, "StateValue": "OK", "AlarmDescription": description}


if __name__ == "__main__":
    unittest.main()
