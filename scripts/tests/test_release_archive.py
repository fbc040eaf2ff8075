import ast
import copy
import json
import re
import subprocess
import tarfile
import tempfile
import tomllib
import unittest
from pathlib import Path

from documents import links
from stack import console, paths, release_archive, sam_template
from stack.release_archive import Parts

SOURCE = (paths.ROOT / "template.yaml").read_text()
TEMPLATE = sam_template.parse(SOURCE)
BINARIES = [sam_template.binary(function) for function in sam_template.functions(TEMPLATE)]
WHEEL = f"pluggy_lambda-{release_archive.version()}-py3-none-any.whl"


class Archive(unittest.TestCase):
    """An archive whose programs are a few bytes each."""

    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.provide("widget/widget.html", "a page")
        self.provide("widget/built-from", "a fingerprint")
        self.parts = Parts(
            {binary: self.provide(f"build/{binary}/bootstrap", f"the program {binary}") for binary in BINARIES},
            self.provide("target/sandbox", "the sandbox"),
            self.root / "widget",
            self.provide(WHEEL, "the command line"),
            [self.provide(f"sbom/{binary}.cdx.json", "{}") for binary in BINARIES],
        )

    def provide(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def unpacked(self, architecture: str) -> Path:
        """Returns the folder of a new archive."""
        archive = release_archive.write(self.parts, architecture, self.root / "dist")
        with tarfile.open(archive) as tar:
            tar.extractall(self.root / "unpacked", filter="data")
        return self.root / "unpacked" / archive.name.removesuffix(".tar.gz")

    def test_its_name_has_the_version_and_the_processor(self) -> None:
        archive = release_archive.write(self.parts, "arm64", self.root / "dist")

        self.assertEqual(archive.name, f"pluggy-lambda-{release_archive.version()}-arm64.tar.gz")
        self.assertEqual(list((self.root / "dist").iterdir()), [archive])

    def test_it_has_everything_that_a_deployment_needs_and_nothing_of_this_machine(self) -> None:
        folder = self.unpacked("x86_64")

        found = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
        expected = {
            *("CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "SECURITY.md", "SHA256SUMS", WHEEL),
            *("samconfig.toml", "template.yaml", "params/dev.example.yaml", "params/prod.example.yaml"),
            *("cli/README.md", "sandbox/README.md", "sandbox/sandbox", "sandbox/widget/widget.html"),
            *(f"functions/{binary}/bootstrap" for binary in BINARIES),
            *(f"sbom/{binary}.cdx.json" for binary in BINARIES),
        }
        self.assertEqual({name for name in found if not name.startswith(("docs/", "examples/", "frontend/"))}, expected)
        self.assertIn("docs/guides/deploy.md", found)
        self.assertFalse([name for name in found if "node_modules" in name])
        self.assertNotIn(str(paths.ROOT), (folder / "README.md").read_text())

    def test_every_link_of_its_documents_leads_to_one_of_its_files(self) -> None:
        folder = self.unpacked("x86_64").resolve()
        files = {file for file in folder.rglob("*") if file.is_file()}
        pages = sorted(file for file in files if file.suffix == ".md")

        broken = {(page.relative_to(folder).as_posix(), fault) for page, _, fault in links.broken(pages, files)}

        self.assertGreater(len(pages), 50)
        # For a change of the project, which needs its repository.
        self.assertEqual(broken, {("docs/README.md", "../CONTRIBUTING.md does not exist")})

    def test_each_function_has_its_program(self) -> None:
        folder = self.unpacked("x86_64")

        template = sam_template.parse((folder / "template.yaml").read_text())
        for function in sam_template.functions(template):
            program = folder / function["Properties"]["CodeUri"] / "bootstrap"
            self.assertEqual(program.read_text(), f"the program {sam_template.binary(function)}")
            self.assertTrue(program.stat().st_mode & 0o100)

    def test_its_template_is_that_of_the_checkout_for_one_processor(self) -> None:
        for architecture in ("x86_64", "arm64"):
            expected = sam_template.with_own_folders(TEMPLATE)
            expected["Parameters"]["Architecture"] |= {"Default": architecture, "AllowedValues": [architecture]}

            text = release_archive.template(SOURCE, architecture)

            self.assertEqual(sam_template.parse(text), expected)
            self.assertEqual(text.count("#"), SOURCE.count("#"))

    def test_the_programs_of_a_build_are_found_by_its_template(self) -> None:
        built = copy.deepcopy(TEMPLATE)
        for name, function in built["Resources"].items():
            if function["Type"] == "AWS::Serverless::Function":
                function["Properties"]["CodeUri"] = name
        template = self.provide("sam/template.yaml", json.dumps(built))

        found = release_archive.bootstraps(template)

        self.assertEqual(set(found), set(BINARIES))
        self.assertEqual(found["republish"], self.root / "sam" / "RepublishFunction" / "bootstrap")

    def test_a_template_without_the_replaced_lines_is_a_failure(self) -> None:
        with self.assertRaises(console.Failure):
            release_archive.template(SOURCE.replace("AllowedValues: [x86_64, arm64]", ""), "arm64")

    def test_its_examples_name_its_processor(self) -> None:
        folder = self.unpacked("arm64")

        for example in (folder / "params").iterdir():
            self.assertIn("\nArchitecture: arm64\n", example.read_text())

    def test_its_checksums_are_those_of_all_files_and_are_checked(self) -> None:
        folder = self.unpacked("x86_64")
        check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
        files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}

        self.assertEqual(listed, files - {"SHA256SUMS"})
        self.assertEqual(subprocess.run(check, cwd=folder, check=False).returncode, 0)
        (folder / "functions" / "webhook" / "bootstrap").write_text("another program")
        self.assertEqual(subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode, 1)

    def test_equal_parts_make_an_equal_archive(self) -> None:
        first = release_archive.write(self.parts, "x86_64", self.root / "one").read_bytes()
        for file in self.root.rglob("*"):
            if file.is_file():
                file.touch()
                file.chmod(0o640)
        second = release_archive.write(self.parts, "x86_64", self.root / "two").read_bytes()

        self.assertEqual(first, second)
        self.provide("target/sandbox", "another sandbox")
        self.assertNotEqual(first, release_archive.write(self.parts, "x86_64", self.root / "three").read_bytes())

    def test_its_readme_is_of_its_version(self) -> None:
        readme = (self.unpacked("arm64") / "README.md").read_text()

        self.assertIn(f"# Pluggy on Lambda {release_archive.version()}, arm64\n", readme)
        self.assertRegex(readme, rf"pipx install \./{WHEEL} && pipx install aws-sam-cli==\d+\.\d+\.\d+\n")
        self.assertNotRegex(readme, "<[A-Z]+>")


class Versions(unittest.TestCase):
    def test_the_command_line_has_the_version_of_the_workspace(self) -> None:
        module = ast.parse((paths.ROOT / "cli" / "src" / "pluggy_lambda" / "__init__.py").read_text())
        [assignment] = [each for each in module.body if isinstance(each, ast.Assign)]

        self.assertEqual(ast.literal_eval(assignment.value), release_archive.version())
        self.assertRegex(release_archive.version(), r"^\d+\.\d+\.\d+$")

    def test_the_guide_installs_the_tools_of_this_version(self) -> None:
        guide = (paths.ROOT / "docs" / "guides" / "deploy.md").read_text()
        [sam] = re.findall(r"^aws-sam-cli==.+$", (paths.REQUIREMENTS / "sam.in").read_text(), re.MULTILINE)

        self.assertIn(f"pipx install ./{WHEEL} && pipx install {sam}\n", guide)
        self.assertIn(f"tar -xzf pluggy-lambda-{release_archive.version()}-", guide)

    def test_every_package_has_the_version_of_the_workspace(self) -> None:
        workspace = tomllib.loads((paths.ROOT / "Cargo.toml").read_text())["workspace"]

        for member in workspace["members"]:
            package = tomllib.loads((paths.ROOT / member / "Cargo.toml").read_text())["package"]
            self.assertEqual(package["version"], {"workspace": True}, member)


if __name__ == "__main__":
    unittest.main()
