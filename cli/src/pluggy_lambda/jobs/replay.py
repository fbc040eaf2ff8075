"""A replay, from its beginning or from a cursor: its items and its progress."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs import resume
from pluggy_lambda.jobs.resume import Resume
from pluggy_lambda.pace import DEFAULT_PER_SECOND, Pace, limit
from pluggy_lambda.progress import Rows
from pluggy_lambda.text import counted

# The function's name of a selection, and the option that names it. An item is an argument.
OPTIONS = {"itemId": "", "clientUserId": "--user", "since": "--since"}


@dataclass(frozen=True)
class Progress:
    """The progress of a replay."""

    rows: Rows
    replayed: int = 0
    known: int = 0

    def __str__(self) -> str:
        return f"{self._requested()}{self.rows.text('event row')}"

    def status(self) -> str:
        """Returns the line while the command runs."""
        return f"{self._requested()}{self.rows.status(self.replayed + self.known, 'event row')}"

    def _requested(self) -> str:
        before = f" ({self.known:,} requested before)" if self.known else ""
        return f"{counted(self.replayed, 'fetch', 'fetches')} requested{before}"


@dataclass(frozen=True)
class ReplayJob:
    """The items to replay."""

    field: str
    value: str
    run: str
    cursor: str = ""
    # The rows before the cursor; `None` if the operator left their number out.
    read: int | None = 0
    # What the operator chose.
    rate: float | None = None

    @staticmethod
    def new(
        field: str, value: str, run: str = "", cursor: str = "", read: int | None = 0, rate: float | None = None
    ) -> "ReplayJob":
        """Returns a job with a run of its own, unless one continues."""
        return ReplayJob(field, value, run or str(uuid.uuid4()), cursor, read, rate)

    def per_second(self) -> float:
        """Returns the rate."""
        return self.rate or DEFAULT_PER_SECOND

    def command(self) -> dict[str, Any]:
        """Returns the next command for the operator function."""
        command = {"action": "replay", "run": self.run, self.field: self.value, "limit": limit(self.per_second())}
        return {**command, "cursor": self.cursor} if self.cursor else command

    def resume(self, env: str) -> Resume:
        """Returns the command line that continues from here. Repeated requests add nothing."""
        position = resume.position(self.cursor, self.read, self.rate)
        options = {OPTIONS[self.field]: self.value, "--run": self.run, **position}
        return Resume("replay", env, options)


def run(job: ReplayJob, ask: Ask, pace: Pace, env: str, report: Callable[[Progress], None]) -> Progress:
    """Runs the replay to its end. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress(Rows(read_before=job.read))
    while True:
        with job.resume(env).offered(str(progress)):
            pace.wait()
            step = ask(job.command())
            pace.count(step["replayed"])
            progress = Progress(
                progress.rows.after(step, pace.seconds()),
                progress.replayed + step["replayed"],
                progress.known + step["known"],
            )
            report(progress)
        if not step["cursor"]:
            return progress
        job = replace(job, cursor=step["cursor"], read=progress.rows.read)
