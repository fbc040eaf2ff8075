"""A republish, from its beginning or from a cursor: its start time and its progress."""

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stack import console, moment, pace, progress
from stack.dead_letter_queue import Queue
from stack.operator import Ask
from stack.pace import Pace

USAGE = "make republish SINCE=24h, or with SINCE=2026-11-23T12:00:00Z"
# Well below EventBridge's quotas of PutEvents, which publish needs at the same time.
DEFAULT_PER_SECOND = 500.0


@dataclass(frozen=True)
class Progress:
    """The progress of a republish."""

    published: int = 0
    dead_lettered: int = 0
    scanned: int = 0
    # The rows that an interrupted command had read; `None` if the operator left their number out.
    read_before: int | None = 0
    rows: int | None = None
    seconds: float = 0

    def __str__(self) -> str:
        refused = f" ({self.dead_lettered:,} are refused, and in the queue again)" if self.dead_lettered else ""
        return f"{self.published:,} events published{refused}{progress.rows_read(self.read, self.rows, 'rows')}"

    @property
    def read(self) -> int | None:
        """Returns the number of rows read, those of an interrupted command included."""
        return None if self.read_before is None else self.read_before + self.scanned

    def status(self) -> str:
        """Returns the line while the command runs."""
        left = progress.time_left(self.scanned, self.read_before, self.rows, self.seconds)
        return f"{self}{progress.speed(self.published, self.seconds)}{left}"


@dataclass(frozen=True)
class RepublishJob:
    """A republish of everything since a time. It settles the messages of the queue from before its start."""

    since: datetime
    started: datetime
    cursor: str | None = None
    rate: str = ""
    read: int | None = 0

    @staticmethod
    def chosen(choices: Mapping[str, str], queue: Queue) -> "RepublishJob | None":
        """Returns the job that the command line names. Without a time, the earliest that the queue names, if any."""
        now = queue.now()
        cursor, since, started = (choices.get(name, "") for name in ("CURSOR", "SINCE", "STARTED"))
        rate, read = choices.get("RATE", ""), choices.get("READ", "")
        if cursor or started:
            at = moment.parsed(started)
            if not (cursor and since and at):
                raise console.Failure(
                    "CURSOR, SINCE and STARTED belong together",
                    "Copy the whole line that the interrupted command printed.",
                )
            rows = int(read) if read.isdecimal() else None
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), at, cursor, rate, rows)
        if since:
            return RepublishJob(moment.chosen("SINCE", since, now, USAGE), now, rate=rate)
        oldest, without_time = queue.oldest()
        if without_time:
            raise console.Failure(
                f"{without_time} messages of the queue name no time", "Read them, and name the time: SINCE=24h"
            )
        return RepublishJob(oldest, now, rate=rate) if oldest else None

    def per_second(self) -> float:
        """Returns the rate."""
        return pace.per_second(self.rate, DEFAULT_PER_SECOND)

    def command(self) -> dict[str, Any]:
        """Returns the next command for the republish function."""
        limit = pace.step(self.per_second())
        return {"action": "republish", "since": moment.text(self.since), "cursor": self.cursor, "limit": limit}

    def to_continue(self, env: str) -> str:
        """Returns the command line that continues from here. Repeated events have the same ids."""
        choices = {
            "SINCE": moment.text(self.since),
            "STARTED": moment.text(self.started) if self.cursor else "",
            "CURSOR": self.cursor or "",
            "READ": str(self.read or "") if self.cursor else "",
            "RATE": self.rate,
            "ENV": env,
        }
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make republish", *words])


def run(
    job: RepublishJob,
    ask: Ask,
    pace: Pace,
    env: str,
    report: Callable[[Progress], None],
    clock: Callable[[], float] = time.monotonic,
) -> Progress:
    """Publishes everything. If it is interrupted or fails, the failure names the command to continue."""
    done, began = Progress(read_before=job.read), clock()
    try:
        while True:
            pace.wait()
            step = ask(job.command())
            pace.count(step["published"])
            done = replace(
                done,
                published=done.published + step["published"],
                dead_lettered=done.dead_lettered + step["deadLettered"],
                scanned=done.scanned + step["scanned"],
                rows=step["rows"],
                seconds=clock() - began,
            )
            report(done)
            if not step["cursor"]:
                return done
            job = replace(job, cursor=step["cursor"], read=done.read)
    except KeyboardInterrupt:
        raise console.Failure(f"interrupted: {done}", f"To continue: {job.to_continue(env)}") from None
    except console.Failure as failure:
        remedy = f"{failure.remedy} To continue: {job.to_continue(env)}".strip()
        raise console.Failure(str(failure), remedy) from None
