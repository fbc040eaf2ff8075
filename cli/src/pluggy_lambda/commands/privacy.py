"""`pluggy-lambda privacy`: what a person may ask for about their data."""

from typing import Any

import click

from pluggy_lambda import console, functions
from pluggy_lambda.commands.export import export
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.jobs import erasure
from pluggy_lambda.options import Operation, operation
from pluggy_lambda.text import counted

ERASE_EPILOG = """\b
Examples:
  pluggy-lambda privacy erase --env prod usr_01J9X
  pluggy-lambda privacy erase --env prod usr_01J9X --yes --json > receipt.json
"""
LIFT_EPILOG = """\b
Example:
  pluggy-lambda privacy lift --env prod usr_01J9X
"""
VERIFY_EPILOG = """\b
Example:
  pluggy-lambda privacy verify --env prod usr_01J9X
"""


# Exit code of an erasure after which Pluggy still has items of the user.
NOT_DELETED = 1


@click.group()
def privacy() -> None:
    """Export what is held about a user, or erase the user."""


privacy.add_command(export)


@privacy.command(epilog=ERASE_EPILOG)
@click.argument("user")
@operation
def erase(run: Operation, user: str) -> None:
    """Erase a user at Pluggy and in the tables, and print the receipt.

    The first run deletes the user's items at Pluggy and their data here, and publishes user.erased. A second run,
    25 hours to 8 days later, deletes what has arrived late, and prints the final receipt. The command can be
    interrupted and repeated. Keep the receipts: they name the user by a digest alone. The command fails while Pluggy
    has not deleted an item.
    """
    _confirm(run, user)
    receipt = erasure.erase(_ask(run), user, run.console.progress)
    run.console.result(_receipt(receipt), receipt)
    if receipt["notDeleted"]:
        click.get_current_context().exit(NOT_DELETED)


@privacy.command(epilog=LIFT_EPILOG)
@click.argument("user")
@operation
def lift(run: Operation, user: str) -> None:
    """Let an erased user connect again before the marker expires.

    Nothing comes back. Before the final receipt this ends the erasure: what arrives late is stored again.
    """
    run.confirm(f"Let the user {user} connect again?")
    report = _ask(run)({"action": "lift", "clientUserId": user})
    if not report["wasErased"]:
        lines = ["this user has no marker"]
    elif report["wasFinal"]:
        lines = ["the user can connect again"]
    else:
        lines = ["the user can connect again", "The erasure was not final, and there is no final receipt of it."]
    run.console.result(lines, report)


@privacy.command(epilog=VERIFY_EPILOG)
@click.argument("user")
@operation
def verify(run: Operation, user: str) -> None:
    """Search all tables for a user, and say what expires later.

    It reads every row. The command fails if it finds one that names the user or has data of the user's erased items.
    It also fails if no erasure of the user is known: rows about items of the user that name nobody are not found then.
    """
    found = erasure.verify(_ask(run), user, run.console.progress)
    total = sum(found[name] for name in erasure.FOUND)
    if total:
        tables = ", ".join(f"{found[name]} in {table}" for name, table in _TABLES.items() if found[name])
        raise Failure(
            f"{counted(total, 'row')} of this user found: {tables}",
            "Erase the user, or wait for the final receipt: "
            f"pluggy-lambda privacy erase --env {run.environment.name} USER",
        )
    if not found["isErasureKnown"]:
        raise Failure(
            f"none of {counted(found['scanned'], 'row')} names this user, but no erasure of the user is known",
            "Rows that name nobody may be about the user's items. Erase the user first: "
            f"pluggy-lambda privacy erase --env {run.environment.name} USER",
        )
    run.console.result(
        [f"none of {counted(found['scanned'], 'row')} is about this user", *_gone_later(found)],
        found,
    )


_TABLES = {"items": "ItemTable", "events": "EventTable", "limits": "LimitTable"}


def _ask(run: Operation) -> functions.Ask:
    return functions.erasure(run.aws)


def _confirm(run: Operation, user: str) -> None:
    run.console.say(f"This deletes every bank connection of {user} at Pluggy, and all data about them here.")
    run.console.say("It cannot be undone.")
    if run.yes:
        return
    if not console.is_interactive():
        raise WrongUsageError("nobody can confirm the erasure", "Add --yes to confirm it in advance.")
    if run.ask_line("Type the user's id to erase the user") != user:
        raise Failure("nothing was changed: this is another id", "Run the command again and type the user's id.")


def _receipt(receipt: dict[str, Any]) -> list[str]:
    counts = receipt["counts"]
    is_final = receipt["stage"] == "final"
    at = receipt["finalAt"] if is_final else receipt["requestedAt"]
    left = len(receipt["notDeleted"])
    erased = f"the user is erased here, and Pluggy still has {counted(left, 'item')}" if left else "the user is erased"
    lines = [
        f"{erased} ({receipt['stage']} receipt, {at})",
        f"digest of the user: {receipt['userHmac']}",
        f"{counted(len(receipt['itemIds']), 'item')} found, {counts['itemsDeleted']} deleted at Pluggy now",
        f"{counted(counts['bodies'], 'body', 'bodies')} and {counted(counts['eventRows'], 'row')} of events erased",
    ]
    if receipt["notDeleted"]:
        lines += ["", "Pluggy has not deleted these. Ask its support, then run the command again:"]
        lines += [f"  {each['itemId']}: {each['reason']}" for each in receipt["notDeleted"]]
    lines += _gone_later(receipt)
    if not is_final:
        lines += ["", f"Run the same command again after {receipt['finalFrom']}, within 8 days, for the final receipt."]
    return lines


def _gone_later(report: dict[str, Any]) -> list[str]:
    return ["", "These expire later:", *(f"  {each['what']}: {each['until']}" for each in report["goneLater"])]
