"""A replay, from its beginning or from a cursor: its items and its progress."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs.resume import Resume
from pluggy_lambda.pace import Pace
from pluggy_lambda.text import counted

# The function's name of a selection, and the option that names it. An item is an argument.
OPTIONS = {"itemId": "", "clientUserId": "--user", "since": "--since"}


@dataclass(frozen=True)
class Progress:
    """The progress of a replay."""

    replayed: int = 0
    known: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        before = f" ({self.known} requested before)" if self.known else ""
        searched = f", {counted(self.scanned, 'event row')} searched" if self.scanned else ""
        return f"{counted(self.replayed, 'fetch', 'fetches')} requested{before}{searched}"


@dataclass(frozen=True)
class ReplayJob:
    """The items to replay."""

    field: str
    value: str
    run: str
    cursor: str = ""

    @staticmethod
    def new(field: str, value: str, run: str = "", cursor: str = "") -> "ReplayJob":
        """Returns a job with a run of its own, unless one continues."""
        return ReplayJob(field, value, run or str(uuid.uuid4()), cursor)

    def command(self) -> dict[str, Any]:
        """Returns the next command for the operator function."""
        command = {"action": "replay", "run": self.run, self.field: self.value}
        return {**command, "cursor": self.cursor} if self.cursor else command

    def resume(self, env: str) -> Resume:
        """Returns the command line that continues from here. Repeated requests add nothing."""
        options = {OPTIONS[self.field]: self.value, "--run": self.run, "--cursor": self.cursor}
        return Resume("replay", env, options)


def run(job: ReplayJob, ask: Ask, pace: Pace, env: str, report: Callable[[Progress], None]) -> Progress:
    """Runs the replay to its end. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress()
    while True:
        with job.resume(env).offered(str(progress)):
            pace.wait()
            step = ask(job.command())
            pace.count(step["replayed"])
            progress = Progress(
                progress.replayed + step["replayed"],
                progress.known + step["known"],
                progress.scanned + step["scanned"],
            )
            report(progress)
        if not step["cursor"]:
            return progress
        job = replace(job, cursor=step["cursor"])
