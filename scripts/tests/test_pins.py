import json
import re
import tomllib
import unittest
from pathlib import Path
from typing import Any

from official import typescript
from stack import paths

FRONTEND = paths.ROOT / "frontend"
# A version that npm takes literally, a file of ours, or another name of such a version.
EXACT = re.compile(r"(npm:[@\w/-]+@)?\d+\.\d+\.\d+|file:[./\w-]+\.tgz")


def dependencies(folder: Path) -> dict[str, str]:
    package: dict[str, Any] = json.loads((folder / "package.json").read_text())
    return {**package.get("dependencies", {}), **package.get("devDependencies", {})}


class Pins(unittest.TestCase):
    def test_the_client_that_judges_the_sandbox_is_the_one_that_judges_the_types(self) -> None:
        folders = [paths.ROOT / "tests" / "official-clients" / "node", typescript.FOLDER]

        judges = {dependencies(folder)["pluggy-sdk"] for folder in folders}

        self.assertEqual(len(judges), 1)

    def test_the_widget_that_a_frontend_compiles_against_is_the_one_that_judges_the_types(self) -> None:
        compiled, judging = dependencies(FRONTEND), dependencies(typescript.FOLDER)

        shared = {name for name in compiled if name in judging}

        self.assertEqual(
            shared, {"pluggy-connect-sdk", "pluggy-js", "react-native-pluggy-connect", "react-pluggy-connect"}
        )
        for name in shared:
            self.assertEqual(compiled[name], judging[name], name)

    def test_the_examples_use_the_widget_that_the_packages_are_tested_with(self) -> None:
        tested = dependencies(FRONTEND)
        for package in paths.files("*package.json"):
            if package.is_relative_to(FRONTEND / "examples"):
                for name, version in dependencies(package.parent).items():
                    if "pluggy-connect" in name:
                        self.assertEqual(version, tested[name], f"{package}: {name}")

    def test_every_dependency_of_a_package_json_is_pinned_exactly(self) -> None:
        for package in paths.files("*package.json"):
            for name, version in dependencies(package.parent).items():
                self.assertRegex(version, rf"^({EXACT.pattern})$", f"{package}: {name}")


class Locks(unittest.TestCase):
    def test_no_lock_file_names_a_registry(self) -> None:
        locks = paths.files("*package-lock.json")
        self.assertGreater(len(locks), 5)
        for lock in locks:
            for name, entry in json.loads(lock.read_text())["packages"].items():
                self.assertNotIn("://", entry.get("resolved", ""), f"{lock}: {name}; see .npmrc of examples/node")

    def test_no_lock_file_has_a_digest_of_our_own_packages_which_change_with_each_build(self) -> None:
        for lock in paths.files("*package-lock.json"):
            for name, entry in json.loads(lock.read_text())["packages"].items():
                if "node_modules/@pluggy-lambda/" in name:
                    self.assertNotIn("integrity", entry, f"{lock}: {name}; remove the line")

    def test_the_fuzzed_code_has_the_versions_of_the_deployed_code(self) -> None:
        deployed, fuzzed = locked("Cargo.lock"), locked("fuzz/Cargo.lock")

        differing = fuzzed - deployed

        self.assertEqual({name for name, _ in differing}, {"arbitrary", "libfuzzer-sys"}, "see fuzz/Cargo.toml")

    def test_the_deployed_build_takes_no_other_versions_than_the_lock_file(self) -> None:
        workspace = tomllib.loads((paths.ROOT / "Cargo.toml").read_text())["workspace"]

        self.assertIs(workspace["metadata"]["lambda"]["build"]["locked"], True)


class Workflows(unittest.TestCase):
    def test_every_action_is_pinned_to_a_commit_whose_version_is_named(self) -> None:
        steps = [
            line.split("uses:")[1].strip()
            for workflow in (paths.ROOT / ".github" / "workflows").iterdir()
            for line in workflow.read_text().splitlines()
            if "uses:" in line
        ]

        self.assertGreater(len(steps), 5)
        for step in steps:
            self.assertRegex(step, r"^([\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/[\w-]+\.yml)$")

    def test_the_update_bot_reads_every_lock_file(self) -> None:
        from samcli.yamlhelper import yaml_parse

        updates = yaml_parse((paths.ROOT / ".github" / "dependabot.yml").read_text())["updates"]
        watched = {
            (update["package-ecosystem"], folder)
            for update in updates
            for folder in update.get("directories", [update.get("directory")])
        }

        expected = {("github-actions", "/"), ("pip", "/scripts/requirements")}
        for ecosystem, name in (("cargo", "Cargo.lock"), ("npm", "package-lock.json")):
            for lock in paths.files(f"*{name}"):
                folder = lock.parent.relative_to(paths.ROOT).as_posix()
                expected.add((ecosystem, "/" if folder == "." else f"/{folder}"))
        self.assertEqual(watched, expected)


def locked(lock: str) -> set[tuple[str, str]]:
    """Returns the names and versions of the crates from the registry in a lock file."""
    packages = tomllib.loads((paths.ROOT / lock).read_text())["package"]
    return {(package["name"], package["version"]) for package in packages if "source" in package}


if __name__ == "__main__":
    unittest.main()
