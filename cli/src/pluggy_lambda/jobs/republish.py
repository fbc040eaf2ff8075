"""A republish, from its beginning or from a cursor: its start time and its progress."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pluggy_lambda import moment
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs.dead_letter_queue import Queue
from pluggy_lambda.jobs.resume import Resume
from pluggy_lambda.text import counted


@dataclass(frozen=True)
class Progress:
    """The progress of a republish."""

    published: int = 0
    dead_lettered: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        refused = f" (the bus refuses {self.dead_lettered} more, now in the queue)" if self.dead_lettered else ""
        return f"{counted(self.published, 'event')} published{refused}, {counted(self.scanned, 'row')} searched"


@dataclass(frozen=True)
class RepublishJob:
    """A republish of everything since a time. It settles the messages of the queue from before its start."""

    since: datetime
    started: datetime
    cursor: str | None = None

    @staticmethod
    def chosen(since: str, started: str, cursor: str, queue: Queue) -> "RepublishJob | None":
        """Returns the job of the options. Without a time, it begins at the earliest that the queue names, if any."""
        now = queue.now()
        if cursor or started:
            at = moment.parsed(started)
            if not (cursor and since and at):
                raise WrongUsageError(
                    "--cursor, --since and --started belong together",
                    "Copy the whole line that the interrupted command printed.",
                )
            return RepublishJob(moment.chosen(since, now), at, cursor)
        if since:
            return RepublishJob(moment.chosen(since, now), now)
        oldest, without_time = queue.oldest()
        if without_time:
            raise Failure(
                f"{without_time} messages of the dead-letter queue name no time",
                "Read them at SQS, and choose the time yourself: --since 24h",
            )
        return RepublishJob(oldest, now) if oldest else None

    def command(self) -> dict[str, Any]:
        """Returns the next command for the republish function."""
        return {"action": "republish", "since": moment.text(self.since), "cursor": self.cursor}

    def resume(self, env: str) -> Resume:
        """Returns the command line that continues from here. Repeated events have the same ids."""
        started = moment.text(self.started) if self.cursor else ""
        options = {"--since": moment.text(self.since), "--started": started, "--cursor": self.cursor or ""}
        return Resume("replay --bus", env, options)


def run(job: RepublishJob, ask: Ask, env: str, report: Callable[[Progress], None]) -> Progress:
    """Publishes everything. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress()
    while True:
        with job.resume(env).offered(str(progress)):
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
