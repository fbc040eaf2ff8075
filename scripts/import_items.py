"""`make import FILE=...`: requests fetches of items that this deployment does not know, at a bounded rate.

Without FILE, the command reads the list from the standard input.
"""

import os
import shlex
import sys
import uuid
from pathlib import Path

from stack import console, environment, import_list, operator, pace

BATCH = 25


def import_items() -> None:
    items = import_list.parse(_text(os.environ.get("FILE", "")))
    rate = pace.Pace(pace.per_second(os.environ.get("RATE", "")))
    run = os.environ.get("RUN") or str(uuid.uuid4())
    imported = known = 0
    with operator.reached() as ask:
        try:
            for start in range(0, len(items), BATCH):
                rate.wait()
                batch = [item.as_json() for item in items[start : start + BATCH]]
                step = ask({"action": "import", "run": run, "items": batch})
                rate.count(step["imported"])
                imported, known = imported + step["imported"], known + step["known"]
                console.progress(f"{imported + known} of {len(items)}")
        except KeyboardInterrupt:
            raise console.Failure(f"interrupted after {imported + known} of {len(items)}", _to_continue(run)) from None
        except console.Failure as failure:
            raise console.Failure(str(failure), f"{failure.remedy} {_to_continue(run)}".strip()) from None
        finally:
            console.progress_done()
    before = f" ({known} were requested before)" if known else ""
    console.line(f"{imported} fetches requested{before}")
    console.line("item-sync fetches them now. An owner that Pluggy names wins. To see one: make inspect ITEM=...")


def _text(file: str) -> str:
    if not file:
        if sys.stdin.isatty():
            console.line("item ids, one in each line, with a comma and the owner if you know it; end with Ctrl-D:")
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise console.Failure(f"{file} cannot be read: {error}") from None


def _to_continue(run: str) -> str:
    choices = {
        "FILE": os.environ.get("FILE", "") or "the-list",
        "RUN": run,
        "ENV": os.environ.get(environment.VARIABLE, ""),
    }
    words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
    return " ".join(["To continue with the same list:", "make import", *words])


if __name__ == "__main__":
    console.run(import_items)
