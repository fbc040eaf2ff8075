"""Publishing again, from its beginning or from where it was left: since when, how far it has come."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stack import console, moment
from stack.operator import Ask
from stack.unpublished import Queue

USAGE = "make republish SINCE=24h, or with SINCE=2026-11-23T12:00:00Z"


@dataclass(frozen=True)
class Progress:
    """What has been published again."""

    published: int = 0
    deadLettered: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        refused = f" ({self.deadLettered} are refused, and in the queue again)" if self.deadLettered else ""
        return f"{self.published} events published{refused}, {self.scanned} rows searched"


@dataclass(frozen=True)
class RepublishJob:
    """What to publish again: all since a time. Messages of the queue from before it was started are done with it."""

    since: datetime
    started: datetime
    cursor: str | None = None

    @staticmethod
    def chosen(choices: Mapping[str, str], queue: Queue) -> "RepublishJob | None":
        """What the person chose on the command line; without a time, the earliest that the queue names, if any."""
        now = queue.now()
        cursor, since, started = (choices.get(name, "") for name in ("CURSOR", "SINCE", "STARTED"))
        if cursor or started:
            at = moment.parsed(started)
            if not (cursor and since and at):
                raise console.Failure(
                    "CURSOR, SINCE and STARTED belong together",
                    "Take the whole line that the interrupted command left.",
                )
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), at, cursor)
        if since:
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), now)
        oldest, without_time = queue.oldest()
        if without_time:
            raise console.Failure(
                f"{without_time} messages of the queue do not say since when", "Read them, and name the time: SINCE=24h"
            )
        return RepublishJob(oldest, now) if oldest else None

    def command(self) -> dict[str, Any]:
        """The next step, for the publish function."""
        return {"action": "republish", "since": moment.text(self.since), "cursor": self.cursor}

    def to_go_on(self, env: str) -> str:
        """The command line that goes on from here. What it repeats has the same ids."""
        choices = {
            "SINCE": moment.text(self.since),
            "STARTED": moment.text(self.started) if self.cursor else "",
            "CURSOR": self.cursor or "",
            "ENV": env,
        }
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make republish", *words])


def run(job: RepublishJob, ask: Ask, env: str, tell: Callable[[Progress], None]) -> Progress:
    """Works until all is published; if it is interrupted or fails, says how to go on."""
    progress = Progress()
    try:
        while True:
            step = ask(job.command())
            progress = Progress(
                progress.published + step["published"],
                progress.deadLettered + step["deadLettered"],
                progress.scanned + step["scanned"],
            )
            tell(progress)
            if not step["cursor"]:
                return progress
            job = replace(job, cursor=step["cursor"])
    except KeyboardInterrupt:
        raise console.Failure(f"interrupted: {progress}", f"To go on: {job.to_go_on(env)}") from None
    except console.Failure as failure:
        remedy = f"{failure.remedy} To go on: {job.to_go_on(env)}".strip()
        raise console.Failure(str(failure), remedy) from None
