import tomllib
import unittest

from stack import cli_template, paths, sam_template


class Template(unittest.TestCase):
    def test_the_command_line_knows_the_present_template(self) -> None:
        self.assertEqual(cli_template.FILE.read_text(), cli_template.text(), "run: make cli-files")

    def test_references_stay_references(self) -> None:
        text = cli_template.FILE.read_text()

        self.assertNotIn("\\u0000", text)
        for name in ("JwtIssuer", "JwtAudience", "JwtScope", "CorsAllowedOrigins"):
            self.assertRegex(text, rf'"Ref": "{name}"')
        self.assertIn("content-type,if-none-match,${AllowedRequestHeaders}", text)

    def test_the_stack_names_the_version_of_the_workspace(self) -> None:
        workspace = tomllib.loads((paths.ROOT / "Cargo.toml").read_text())["workspace"]
        template = sam_template.parse((paths.ROOT / "template.yaml").read_text())

        self.assertEqual(template["Outputs"]["Version"]["Value"], workspace["package"]["version"])


if __name__ == "__main__":
    unittest.main()
