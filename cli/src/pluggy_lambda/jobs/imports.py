"""An import: requests fetches of named items in batches, at a bounded rate."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs.import_list import NamedItem
from pluggy_lambda.jobs.resume import Resume
from pluggy_lambda.pace import Pace
from pluggy_lambda.text import counted

# The largest import of one invocation of `operator`.
BATCH = 25


@dataclass(frozen=True)
class Progress:
    """The progress of an import."""

    imported: int = 0
    known: int = 0

    def __str__(self) -> str:
        before = f" ({self.known:,} requested before)" if self.known else ""
        return f"{counted(self.imported, 'fetch', 'fetches')} requested{before}"


def new_run() -> str:
    """Returns the id of a run. A run requests each fetch once, however often it is repeated."""
    return str(uuid.uuid4())


def run(
    items: Iterable[NamedItem],
    ask: Ask,
    pace: Pace,
    run_id: str,
    resume: Callable[[NamedItem | None], Resume],
    report: Callable[[Progress], None],
) -> Progress:
    """Imports the items. If it is interrupted or fails, the failure names the command to continue.

    `resume` returns this command from the last item that was requested.
    """
    progress = Progress()
    last: NamedItem | None = None
    remaining = iter(items)
    while True:
        with resume(last).offered(str(progress)):
            batch = list(islice(remaining, BATCH))
            if not batch:
                return progress
            pace.wait()
            step = ask({"action": "import", "run": run_id, "items": [item.as_json() for item in batch]})
            pace.count(step["imported"])
            progress = Progress(progress.imported + step["imported"], progress.known + step["known"])
            report(progress)
        last = batch[-1]
