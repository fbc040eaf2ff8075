"""`make cli-files`: docs/reference/cli.md, from the help of every command and the list of checks."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from pluggy_lambda.commands import preflight
from pluggy_lambda.main import main

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """\
# Command line

For operators. After this page you know every command of `pluggy-lambda` with its options, and every check of
`preflight`. `make cli-files` writes this page from the commands. How to install it:
[cli/README.md](../../cli/README.md). What to use when:
[deploy](../guides/deploy.md) and [commands](../operations/commands.md).

With `--json`, a command prints one document on the standard output: `version` (1), `command`, `environment`, and
`result` or `error` (`problem`, `remedy`). Messages and progress are on the standard error. A document may gain fields;
`version` changes when one is renamed or removed. A command line that cannot be parsed prints no document.
"""
CHECKS = """\

## Checks of preflight

A check passes when its sentence is true. A check is skipped if one that it needs has failed. `--only ID` runs one check
and those that it needs; if it is skipped although nothing failed, that is wrong usage. `--stack` adds the group
*Deployed stack*.

| Group | Id | Sentence | Needs |
|---|---|---|---|
"""


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Returns the path of every command, each group before its commands."""
    yield path
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, (*path, name))


def help_of(path: tuple[str, ...]) -> str:
    """Returns the help of a command."""
    result = CliRunner().invoke(
        main, [*path, "--help"], prog_name="pluggy-lambda", terminal_width=100, max_content_width=100
    )
    assert result.exit_code == 0, result.output
    return "\n".join(line.rstrip() for line in result.stdout.splitlines()).strip() + "\n"


def page() -> str:
    """Returns the page."""
    sections = [HEAD]
    for path in commands():
        name = " ".join(("pluggy-lambda", *path))
        sections.append(f"\n{'###' if len(path) > 1 else '##'} {name}\n\n```text\n{help_of(path)}```\n")
    sections.append(CHECKS)
    for group in preflight.WITH_STACK:
        for check in group.checks:
            needs = ", ".join(f"`{need}`" for need in check.needs)
            sections.append(f"| {group.name} | `{check.id}` | {check.sentence} | {needs} |\n")
    return "".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
