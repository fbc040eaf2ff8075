import re
import unittest
from collections.abc import Iterator

import click
from click.testing import CliRunner

import reference
from pluggy_lambda import __version__
from pluggy_lambda.main import main
from tests.support import ROOT

VALUES = {
    "init --set",
    "items adopt --after",
    "items adopt --rate",
    "items adopt --run",
    "items adopt table",
    "items import --rate",
    "items import --run",
    "items import file",
    "items inspect --user",
    "items inspect item_id",
    "preflight --only",
    "privacy erase user",
    "privacy export --output",
    "privacy export user",
    "privacy lift user",
    "privacy verify user",
    "replay --cursor",
    "replay --rate",
    "replay --read",
    "replay --run",
    "replay --since",
    "replay --started",
    "replay --user",
    "replay item_id",
    "secret --kms-key",
    "smoke --report",
}


class Help(unittest.TestCase):
    def test_every_command_has_help_and_is_documented(self) -> None:
        paths = list(reference.commands())
        page = reference.PAGE.read_text(encoding="utf-8")

        self.assertGreater(len(paths), 13)
        for path in paths:
            text = reference.help_of(path)

            self.assertTrue(text.startswith(" ".join(("Usage: pluggy-lambda", *path))), text)
            self.assertIn(text, page, f"{path}; make cli-files")

    def test_the_page_is_current(self) -> None:
        self.assertEqual(reference.page(), reference.PAGE.read_text(encoding="utf-8"), "run: make cli-files")

    def test_every_option_says_what_it_does(self) -> None:
        for path in reference.commands():
            for parameter in command_of(path).params:
                if parameter.param_type_name == "option":
                    self.assertTrue(parameter.help and parameter.help.endswith((".", "]")), f"{path} {parameter.name}")

    def test_every_command_but_a_group_names_its_environment(self) -> None:
        for path in reference.commands():
            text = reference.help_of(path)
            if not is_group(path):
                for option in ("--env NAME", "--json", "--yes"):
                    self.assertIn(option, text, path)

    def test_the_values_that_options_and_arguments_take_are_known_and_no_secrets(self) -> None:
        taken = {
            " ".join((*path, parameter.opts[0]))
            for path in reference.commands()
            for parameter in command_of(path).params
            if not getattr(parameter, "is_flag", False)
        }
        environments = {f"{' '.join(path)} --env" for path in reference.commands() if not is_group(path)}

        # A new one is added here if it is no secret. Secrets come from the prompt or the standard input.
        self.assertEqual(taken - environments, VALUES)
        self.assertLessEqual(environments, taken)

    def test_every_page_that_a_text_names_exists_with_its_heading(self) -> None:
        named = {
            match
            for file in (ROOT / "cli" / "src").rglob("*.py")
            for match in re.findall(r"(docs/[\w/-]+\.md)(?:#([\w-]+))?", file.read_text(encoding="utf-8"))
        }

        self.assertGreater(len(named), 5)
        for page, anchor in sorted(named):
            text = (ROOT / page).read_text(encoding="utf-8")
            anchors = {
                re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
                for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            }
            self.assertTrue(not anchor or anchor in anchors, f"{page}#{anchor}")

    def test_every_command_in_a_page_exists_with_its_options(self) -> None:
        pages = [*ROOT.glob("*.md"), *(ROOT / "cli").glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        found = [(page, words) for page in pages for words in _commands(page.read_text(encoding="utf-8"))]

        self.assertGreater(len(found), 100)
        for page, words in found:
            where = f"{page}: pluggy-lambda {' '.join(words)}"
            command = main
            while words and isinstance(command, click.Group) and not words[0].startswith("-"):
                self.assertIn(words[0], command.commands, where)
                command = command.commands[words.pop(0)]
            parameters = command.get_params(click.Context(command))
            known = {option for parameter in parameters for option in parameter.opts}
            self.assertLessEqual({word for word in words if word.startswith("--")}, known, where)

    def test_without_a_command_the_help_is_shown_and_the_usage_is_wrong(self) -> None:
        for path in ((), ("webhook",), ("items",)):
            result = CliRunner().invoke(main, path, prog_name="pluggy-lambda")

            self.assertEqual((result.exit_code, result.stdout), (2, ""))
            self.assertTrue(result.stderr.startswith(" ".join(("Usage: pluggy-lambda", *path))), result.stderr)
            self.assertIn("Commands:", result.stderr)
            self.assertNotIn("error:", result.stderr)

    def test_the_version_is_printed(self) -> None:
        self.assertEqual(CliRunner().invoke(main, ["--version"]).stdout, f"pluggy-lambda, version {__version__}\n")

    def test_an_unknown_command_or_option_is_wrong_usage(self) -> None:
        for arguments, expected in [
            (["bogus"], "error: no such command 'bogus'"),
            (["webhook", "bogus"], "error: no such command 'bogus'"),
            (["smoke", "--bogus"], "error: no such option '--bogus'"),
            (["smoke"], "error: missing option '--env'"),
            (["items", "adopt", "--env", "dev"], "error: missing argument 'TABLE'"),
            (["smoke", "--env"], "error: option '--env' requires an argument"),
        ]:
            result = CliRunner().invoke(main, arguments, prog_name="pluggy-lambda")

            self.assertEqual(result.exit_code, 2, arguments)
            self.assertTrue(result.stderr.startswith(expected), result.stderr)
            self.assertIn("\n\nhint: pluggy-lambda", result.stderr)


def command_of(path: tuple[str, ...]) -> click.Command:
    """Returns the command of a path."""
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return command


def is_group(path: tuple[str, ...]) -> bool:
    """Returns whether a path has commands below it."""
    return isinstance(command_of(path), click.Group)


def _commands(page: str) -> Iterator[list[str]]:
    """Finds the command lines of `pluggy-lambda` in the code of a page."""
    fence = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`]+)`", fence.sub("", page))
    lines = "\n".join(fence.findall(page)).replace("\\\n", " ").splitlines()
    for code in [*spans, *lines]:
        if match := re.match(r"\s*(?:\$ )?pluggy-lambda\s+(.+)", code, re.DOTALL):
            yield re.split(r"\s#|[|<>;]|&&", match[1])[0].split()


if __name__ == "__main__":
    unittest.main()
