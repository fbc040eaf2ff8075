import re
import unittest
from typing import Any

from stack import paths, sam_template

FOLDER = paths.ROOT / ".github" / "workflows"


def jobs(name: str) -> dict[str, Any]:
    """Returns the jobs of a workflow."""
    return sam_template.parse((FOLDER / f"{name}.yml").read_text())["jobs"]


def place(steps: list[dict[str, Any]], text: str) -> int:
    """Returns the number of the only step whose action or command begins with a text."""
    [found] = [
        number for number, step in enumerate(steps) if (step.get("run") or step.get("uses", "")).startswith(text)
    ]
    return found


class Workflows(unittest.TestCase):
    def test_a_release_is_tested_and_attested_on_both_processors_before_it_is_published(self) -> None:
        build, publish = jobs("release")["build"], jobs("release")["publish"]
        steps = build["steps"]

        self.assertEqual(build["strategy"]["matrix"]["runner"], ["ubuntu-24.04", "ubuntu-24.04-arm"])
        order = [
            "grep",
            "make release",
            "make test-release",
            "actions/attest-build-provenance",
            "actions/upload-artifact",
        ]
        self.assertEqual(sorted(place(steps, text) for text in order), [place(steps, text) for text in order])
        attested, uploaded = steps[place(steps, order[3])], steps[place(steps, order[4])]
        self.assertEqual(attested["with"]["subject-path"], uploaded["with"]["path"])
        self.assertEqual(publish["needs"], "build")

    def test_prod_gets_what_dev_has_got(self) -> None:
        deploy = jobs("deploy")

        self.assertEqual((deploy["dev"]["needs"], deploy["prod"]["needs"]), ("build", "dev"))
        self.assertEqual(deploy["dev"]["uses"], deploy["prod"]["uses"])
        self.assertEqual([deploy[name]["with"]["environment"] for name in ("dev", "prod")], ["dev", "prod"])

    def test_a_deployment_is_checked_before_and_after(self) -> None:
        deploy = jobs("deploy-environment")["deploy"]
        steps = deploy["steps"]
        lines = [step.get("run", "") for step in steps]
        places = [
            place(steps, "aws-actions/configure-aws-credentials"),
            lines.index('pluggy-lambda preflight --env "$ENVIRONMENT"'),
            place(steps, "sam deploy"),
            place(steps, "pluggy-lambda webhook register"),
            lines.index('pluggy-lambda preflight --env "$ENVIRONMENT" --stack'),
            place(steps, "curl"),
        ]

        self.assertEqual(places, sorted(places))
        self.assertEqual(deploy["environment"], "${{ inputs.environment }}")
        self.assertIn("pluggy-lambda smoke", lines[places[-1]])

    def test_who_may_write_or_sign_runs_nothing_more_than_it_must(self) -> None:
        permissions = {
            (workflow.stem, name): job.get("permissions", {})
            for workflow in FOLDER.iterdir()
            for name, job in jobs(workflow.stem).items()
        }
        writing = {
            job: sorted(name for name, access in granted.items() if access == "write")
            for job, granted in permissions.items()
        }

        self.assertEqual(
            {job: names for job, names in writing.items() if names},
            {
                ("release", "build"): ["attestations", "id-token"],
                ("release", "publish"): ["contents"],
                ("deploy", "dev"): ["id-token"],
                ("deploy", "prod"): ["id-token"],
                ("deploy-environment", "deploy"): ["id-token"],
            },
        )
        for workflow in FOLDER.iterdir():
            whole = sam_template.parse(workflow.read_text())
            self.assertEqual(whole["permissions"], {"contents": "read"}, workflow.name)

    def test_no_command_has_an_expression_which_could_be_code(self) -> None:
        for workflow in FOLDER.iterdir():
            for name, job in jobs(workflow.stem).items():
                for step in job.get("steps", []):
                    self.assertNotIn("${{", step.get("run", ""), f"{workflow.name}: {name}")

    def test_every_target_is_one_of_the_makefile(self) -> None:
        makefile = (paths.ROOT / "Makefile").read_text()
        targets = {
            target
            for workflow in FOLDER.iterdir()
            for target in re.findall(r"run: make ([\w-]+)", workflow.read_text())
        }

        self.assertGreaterEqual(targets, {"release", "test-release", "sbom"})
        for target in targets:
            self.assertRegex(makefile, rf"(?m)^{target}:")


if __name__ == "__main__":
    unittest.main()
