"""A republish, from its beginning or from a cursor: its start time and its progress."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stack import console, moment
from stack.dead_letter_queue import Queue
from stack.operator import Ask

USAGE = "make republish SINCE=24h, or with SINCE=2026-11-23T12:00:00Z"


@dataclass(frozen=True)
class Progress:
    """The progress of a republish."""

    published: int = 0
    dead_lettered: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        refused = f" ({self.dead_lettered} are refused, and in the queue again)" if self.dead_lettered else ""
        return f"{self.published} events published{refused}, {self.scanned} rows searched"


@dataclass(frozen=True)
class RepublishJob:
    """A republish of everything since a time. It settles the messages of the queue from before its start."""

    since: datetime
    started: datetime
    cursor: str | None = None

    @staticmethod
    def chosen(choices: Mapping[str, str], queue: Queue) -> "RepublishJob | None":
        """Returns the job that the command line names. Without a time, the earliest that the queue names, if any."""
        now = queue.now()
        cursor, since, started = (choices.get(name, "") for name in ("CURSOR", "SINCE", "STARTED"))
        if cursor or started:
            at = moment.parsed(started)
            if not (cursor and since and at):
                raise console.Failure(
                    "CURSOR, SINCE and STARTED belong together",
                    "Copy the whole line that the interrupted command printed.",
                )
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), at, cursor)
        if since:
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), now)
        oldest, without_time = queue.oldest()
        if without_time:
            raise console.Failure(
                f"{without_time} messages of the queue name no time", "Read them, and name the time: SINCE=24h"
            )
        return RepublishJob(oldest, now) if oldest else None

    def command(self) -> dict[str, Any]:
        """Returns the next command for the republish function."""
        return {"action": "republish", "since": moment.text(self.since), "cursor": self.cursor}

    def to_continue(self, env: str) -> str:
        """Returns the command line that continues from here. Repeated events have the same ids."""
        choices = {
            "SINCE": moment.text(self.since),
            "STARTED": moment.text(self.started) if self.cursor else "",
            "CURSOR": self.cursor or "",
            "ENV": env,
        }
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make republish", *words])


def run(job: RepublishJob, ask: Ask, env: str, report: Callable[[Progress], None]) -> Progress:
    """Publishes everything. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress()
    try:
        while True:
            step = ask(job.command())
            progress = Progress(
                progress.published + step["published"],
                progress.dead_lettered + step["deadLettered"],
                progress.scanned + step["scanned"],
            )
            report(progress)
            if not step["cursor"]:
                return progress
            job = replace(job, cursor=step["cursor"])
    except KeyboardInterrupt:
        raise console.Failure(f"interrupted: {progress}", f"To continue: {job.to_continue(env)}") from None
    except console.Failure as failure:
        remedy = f"{failure.remedy} To continue: {job.to_continue(env)}".strip()
        raise console.Failure(str(failure), remedy) from None
