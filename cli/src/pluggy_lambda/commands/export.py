"""`pluggy-lambda privacy export`: writes everything that is held about a user to a file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from pluggy_lambda import functions
from pluggy_lambda.errors import Failure
from pluggy_lambda.functions import Ask
from pluggy_lambda.options import Operation, operation

EPILOG = """\b
Example:
  pluggy-lambda privacy export --env prod usr_01J9X --output usr_01J9X.json
"""


@click.command(epilog=EPILOG)
@click.argument("user")
@click.option(
    "--output",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write. It must not exist.",
)
@operation
def export(run: Operation, user: str, output: Path) -> None:
    """Write everything that is held about a user to a file.

    The file has every row of the tables about the user as one JSON document. A login link that is still valid is left
    out. The export reads the whole event table, so a large one takes some minutes. Give the file to nobody but the
    user: only you can read it, and it has the bodies of events.
    """
    ask = functions.operator(run.aws)
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # The end of this block writes what is still in memory, which can fail too.
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                rows = _write(run, file, user, _pages(ask, user))
        except BaseException:
            # A part of the data must not pass for all of it. Windows removes only a closed file.
            output.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error.strerror}", "Choose another --output.") from None
    run.console.result(
        [f"{rows:,} rows are in {output}.", "docs/reference/data.md explains their fields."],
        {"rows": rows, "output": str(output)},
    )


def _pages(ask: Ask, user: str) -> Iterator[dict[str, Any]]:
    command = {"action": "export", "clientUserId": user}
    while True:
        page = ask(command)
        yield page
        if not page["cursor"]:
            return
        command = {**command, "cursor": page["cursor"]}


def _write(run: Operation, file: TextIO, user: str, pages: Iterator[dict[str, Any]]) -> int:
    """Writes the document row by row, since it may be large, and returns the number of rows."""
    written = searched = 0
    for page in pages:
        if file.tell() == 0:
            head = {"schemaVersion": page["schemaVersion"], "clientUserId": user, "exportedAt": page["exportedAt"]}
            file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
        for row in page["rows"]:
            file.write(("," if written else "") + "\n" + json.dumps(row, ensure_ascii=False))
            written += 1
        searched += page["scanned"]
        total = page["eventRows"]
        of = "" if total is None else f" of about {total:,}"
        run.console.progress(f"{written:,} rows, {searched:,}{of} events searched")
    file.write("\n]}\n")
    return written
