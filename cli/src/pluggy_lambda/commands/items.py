"""`pluggy-lambda items`: shows what is known of items, and brings in items that are not known."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pluggy_lambda import console, functions, item_text
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs import adoption, import_list, imports
from pluggy_lambda.jobs.import_list import ITEM_ID, NamedItem
from pluggy_lambda.jobs.resume import Resume, chosen_rate
from pluggy_lambda.options import Operation, operation, rate
from pluggy_lambda.pace import DEFAULT_PER_SECOND, Pace

INSPECT_EPILOG = """\b
Examples:
  pluggy-lambda items inspect --env prod 9a7b6c5d-0000-4000-8000-000000000001
  pluggy-lambda items inspect --env prod --user usr_01J9X --json
"""
IMPORT_EPILOG = """\b
Examples:
  pluggy-lambda items import --env prod items.csv
  pluggy-lambda items import --env prod < items.csv
"""
ADOPT_EPILOG = """\b
Example:
  pluggy-lambda items adopt --env prod pluggy-lambda-old-ItemTable-1A2B3C4D
"""


@click.group()
def items() -> None:
    """Inspect, import or adopt items."""


@items.command(epilog=INSPECT_EPILOG)
@click.argument("item_id", required=False, default="")
@click.option("--user", metavar="ID", default="", help="List the items of this user.")
@operation
def inspect(run: Operation, item_id: str, user: str) -> None:
    """Show everything known of an item, or a user's items.

    It shows the row, the phase and what decided it, the next fetch, the last error, and the events. It never shows a
    body of an event, nor what a bank asks the user for.
    """
    if bool(item_id) == bool(user):
        raise WrongUsageError(
            "name an item or --user, and only one of them", "For example: pluggy-lambda items inspect ITEM_ID"
        )
    ask = functions.inspect(run.aws)
    now, env = datetime.now(UTC), run.environment.name
    report = ask({"action": "inspect", "itemId": item_id}) if item_id else _of_user(ask, user)
    if run.as_json:
        run.console.result([], report)
        return
    try:
        lines = item_text.item(report, now, env) if item_id else item_text.user(report, now, env)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Failure(
            "the report has another form than this version of the command line shows",
            "Add --json to see it as it is, or install the version of the stack.",
        ) from None
    run.console.result(lines, report)


@items.command("import", epilog=IMPORT_EPILOG)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@rate()
@operation
def import_(run: Operation, file: Path | None, rate: float | None, run_id: str) -> None:
    """Fetch items that this deployment does not know.

    FILE, or the standard input, has one item's id in each line, followed by a comma and the owner where you know it.
    All mistakes are reported before anything is sent.
    """
    listed = import_list.parse(_text(run, file))
    run_id = run_id or imports.new_run()
    options = {"--run": run_id, "--rate": chosen_rate(rate), "": str(file) if file else "LIST"}
    resume = Resume("items import", run.environment.name, options)
    _import(run, listed, rate, run_id, lambda _: resume, len(listed))


@items.command(epilog=ADOPT_EPILOG)
@click.argument("table")
@click.option("--after", metavar="ITEM_ID", default="", help="Continue after this item.")
@rate()
@operation
def adopt(run: Operation, table: str, after: str, rate: float | None, run_id: str) -> None:
    """Import the items of an old or restored table.

    TABLE is an ItemTable that the stack does not use: one that a deleted stack left, or one that was restored from a
    backup. The command reads ids and owners, and imports them. item-sync fetches the state of each item at Pluggy.
    Deleted items are left out. The table is not changed.
    """
    if after and not ITEM_ID.fullmatch(after):
        raise WrongUsageError(f"--after {after} is not an item's id", "Copy the line that the command printed.")
    if table == run.aws.stack().output("ItemTableName"):
        raise WrongUsageError(f"{table} is the table of this stack", "Name the old or restored table.")
    dynamodb = run.aws.client("dynamodb")
    with run.aws.explained():
        total = adoption.check(dynamodb, table)
    run_id = run_id or imports.new_run()
    run.confirm(f"Import the items of {table}, about {total}, into {run.environment.stack_name}?")

    def found() -> Iterator[NamedItem]:
        with run.aws.explained():
            yield from adoption.items(dynamodb, table, after)

    def resume(last: NamedItem | None) -> Resume:
        after_last = last.item_id if last else after
        options = {"--run": run_id, "--after": after_last, "--rate": chosen_rate(rate), "": table}
        return Resume("items adopt", run.environment.name, options)

    _import(run, found(), rate, run_id, resume, total)


def _import(
    run: Operation, listed: Iterable[NamedItem], rate: float | None, run_id: str, resume: Any, total: int
) -> None:
    def report(so_far: imports.Progress) -> None:
        run.console.progress(f"{so_far.imported + so_far.known:,} of {total:,}")

    progress = imports.run(
        listed, functions.operator(run.aws), Pace(rate or DEFAULT_PER_SECOND), run_id, resume, report
    )
    see = f"To see one: pluggy-lambda items inspect --env {run.environment.name} ITEM_ID"
    run.console.result(
        [str(progress), f"item-sync fetches them now. An owner that Pluggy names wins. {see}"],
        {"run": run_id, "requested": progress.imported, "known": progress.known},
    )


def _of_user(ask: Ask, user: str) -> dict[str, Any]:
    command = {"action": "inspect", "clientUserId": user}
    found: dict[str, Any] = {"items": [], "unreadable": 0}
    cursor = ""
    while True:
        page = ask({**command, "cursor": cursor} if cursor else command)
        functions.require(page, {"items", "unreadable", "cursor"}, "inspect")
        found["items"] += page["items"]
        found["unreadable"] += page["unreadable"]
        cursor = page["cursor"]
        if not cursor:
            return found


def _text(run: Operation, file: Path | None) -> str:
    if file is None:
        if console.is_interactive():
            run.console.say(
                "Item ids, one in each line, with a comma and the owner if you know it. Ctrl-D ends the list."
            )
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}", "Check the name, and that the file is UTF-8 text.") from None
