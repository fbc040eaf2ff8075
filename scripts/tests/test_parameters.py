import json
import re
import tomllib
import unittest
from typing import Any

from pluggy_lambda import environment
from stack import paths, sam_template

CONFIG = tomllib.loads(paths.SAM_CONFIG.read_text())
TEMPLATE = sam_template.parse((paths.ROOT / "template.yaml").read_text())
DECLARED = TEMPLATE["Parameters"]
RECORD = paths.ROOT / "docs" / "decisions" / "0044-which-parameters-are-there.md"


def example(name: str) -> dict[str, str]:
    """Returns the parameters of an environment's example, as the SAM CLI reads them."""
    from samcli.cli.types import CfnParameterOverridesType

    file = paths.ROOT / "params" / f"{name}.example.yaml"
    return CfnParameterOverridesType().convert([f"file://{file}"], None, None)


def is_valid(declared: dict[str, Any], value: str) -> bool:
    """Returns whether CloudFormation accepts a value."""
    if declared["Type"] == "Number":
        low, high = declared.get("MinValue", 0), declared.get("MaxValue", 10**9)
        allowed = declared.get("AllowedValues", [int(value)])
        return low <= int(value) <= high and int(value) in allowed
    return (
        re.search(declared.get("AllowedPattern", ""), value) is not None
        and len(value) <= declared.get("MaxLength", 4096)
        and value in declared.get("AllowedValues", [value])
    )


class Environments(unittest.TestCase):
    def test_an_environment_reads_its_own_file_of_parameters(self) -> None:
        for name in ("dev", "prod"):
            self.assertEqual(
                CONFIG[name]["global"]["parameters"]["parameter_overrides"], [f"file://params/{name}.yaml"]
            )

    def test_the_default_environment_is_dev(self) -> None:
        self.assertEqual(CONFIG["default"], CONFIG["dev"])

    def test_no_two_environments_share_a_stack(self) -> None:
        names = [
            CONFIG[name]["global"]["parameters"]["stack_name"] for name in CONFIG if name not in ("version", "default")
        ]

        self.assertEqual(len(names), len(set(names)))


class Parameters(unittest.TestCase):
    def test_there_are_at_most_36_each_with_a_reason_in_the_record(self) -> None:
        rows = [line for line in RECORD.read_text().splitlines() if line.startswith("| `")]
        reasoned = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]

        self.assertLessEqual(len(DECLARED), 36)
        self.assertEqual(sorted(reasoned), sorted(DECLARED))

    def test_the_console_shows_each_in_a_group(self) -> None:
        groups = TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

        shown = [name for group in groups for name in group["Parameters"]]

        self.assertEqual(sorted(shown), sorted(DECLARED))


class Examples(unittest.TestCase):
    def test_every_value_is_one_that_cloudformation_accepts(self) -> None:
        for name in ("dev", "prod"):
            for parameter, value in example(name).items():
                self.assertTrue(is_valid(DECLARED[parameter], value), f"{name}: {parameter}={value}")

    def test_a_deployer_is_asked_for_everything_that_has_no_default(self) -> None:
        required = {name for name, declared in DECLARED.items() if "Default" not in declared}

        self.assertGreater(len(required), 3)
        self.assertLessEqual(required, example("dev").keys())

    def test_production_says_every_parameter_since_a_removed_one_keeps_its_value(self) -> None:
        self.assertEqual(example("prod").keys(), DECLARED.keys())

    def test_the_secret_is_the_one_that_the_command_line_writes(self) -> None:
        for name in ("dev", "prod"):
            self.assertEqual(example(name)["PluggySecretName"], environment.named(name, paths.ROOT).secret_name)

    def test_json_arrives_whole(self) -> None:
        for name in ("dev", "prod"):
            self.assertIn("default", json.loads(example(name)["ConnectProfiles"]))

    def test_production_has_the_safe_value_of_what_is_risky(self) -> None:
        prod = example("prod")

        self.assertEqual(prod["SandboxConnectors"], "false")
        self.assertFalse(json.loads(prod["ConnectProfiles"])["default"]["connect"]["includeSandbox"])
        self.assertNotEqual(prod["JwtScope"], "")
        # With protection, a failed first deployment cannot be rolled back.
        self.assertEqual(prod["DeletionProtection"], "false")

    def test_production_reserves_nothing_until_the_quota_allows_the_sum_beside_it(self) -> None:
        text = (paths.ROOT / "params" / "prod.example.yaml").read_text()
        prod = example("prod")

        self.assertEqual((prod["WebhookReservedConcurrency"], prod["ItemSyncReservedConcurrency"]), ("0", "0"))
        # Lambda leaves 100 to the functions that reserve nothing.
        self.assertRegex(text, r"WebhookReservedConcurrency \+ ItemSyncReservedConcurrency \+ .*\+ 100\n")

    def test_production_keeps_the_access_log_for_six_months(self) -> None:
        self.assertEqual(example("prod")["ApiLogRetentionDays"], "180")


if __name__ == "__main__":
    unittest.main()
