"""A republish, from its beginning or from a cursor: its start time and its progress."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pluggy_lambda import moment
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.functions import Ask
from pluggy_lambda.jobs import resume
from pluggy_lambda.jobs.dead_letter_queue import Queue
from pluggy_lambda.jobs.resume import Resume
from pluggy_lambda.pace import Pace, limit
from pluggy_lambda.progress import Rows
from pluggy_lambda.text import counted

# Well below EventBridge's quotas of PutEvents, which publish needs at the same time.
DEFAULT_PER_SECOND = 500.0


@dataclass(frozen=True)
class Progress:
    """The progress of a republish."""

    rows: Rows
    published: int = 0
    dead_lettered: int = 0

    def __str__(self) -> str:
        return f"{self._published()}{self.rows.text('row')}"

    def status(self) -> str:
        """Returns the line while the command runs."""
        return f"{self._published()}{self.rows.status(self.published, 'row')}"

    def _published(self) -> str:
        refused = f" (the bus refuses {self.dead_lettered:,} more, now in the queue)" if self.dead_lettered else ""
        return f"{counted(self.published, 'event')} published{refused}"


@dataclass(frozen=True)
class RepublishJob:
    """A republish of everything since a time. It settles the messages of the queue from before its start."""

    since: datetime
    started: datetime
    cursor: str = ""
    # The rows before the cursor; `None` if the operator left their number out.
    read: int | None = 0
    # What the operator chose.
    rate: float | None = None

    @staticmethod
    def chosen(
        since: str, started: str, cursor: str, read: int | None, rate: float | None, queue: Queue
    ) -> "RepublishJob | None":
        """Returns the job of the options. Without a time, it begins at the earliest that the queue names, if any."""
        now = queue.now()
        if cursor or started:
            at = moment.parsed(started)
            if not (cursor and since and at):
                raise WrongUsageError(
                    "--cursor, --since and --started belong together",
                    "Copy the whole line that the interrupted command printed.",
                )
            return RepublishJob(moment.chosen(since, now), at, cursor, read, rate)
        if since:
            return RepublishJob(moment.chosen(since, now), now, rate=rate)
        oldest, without_time = queue.oldest()
        if without_time:
            raise Failure(
                f"{without_time} messages of the dead-letter queue name no time",
                "Read them at SQS, and choose the time yourself: --since 24h",
            )
        return RepublishJob(oldest, now, rate=rate) if oldest else None

    @property
    def is_continued(self) -> bool:
        """Returns whether another command published the first part."""
        return bool(self.cursor)

    def per_second(self) -> float:
        """Returns the rate."""
        return self.rate or DEFAULT_PER_SECOND

    def command(self) -> dict[str, Any]:
        """Returns the next command for the republish function."""
        command = {"action": "republish", "since": moment.text(self.since), "limit": limit(self.per_second())}
        return {**command, "cursor": self.cursor} if self.cursor else command

    def resume(self, env: str) -> Resume:
        """Returns the command line that continues from here. Repeated events have the same ids."""
        started = moment.text(self.started) if self.cursor else ""
        position = resume.position(self.cursor, self.read, self.rate)
        options = {"--since": moment.text(self.since), "--started": started, **position}
        return Resume("replay --bus", env, options)


def run(job: RepublishJob, ask: Ask, pace: Pace, env: str, report: Callable[[Progress], None]) -> Progress:
    """Publishes everything. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress(Rows(read_before=job.read))
    while True:
        with job.resume(env).offered(str(progress)):
            pace.wait()
            step = ask(job.command())
            pace.count(step["published"])
            progress = Progress(
                progress.rows.after(step, pace.seconds()),
                progress.published + step["published"],
                progress.dead_lettered + step["deadLettered"],
            )
            report(progress)
        if not step["cursor"]:
            return progress
        job = replace(job, cursor=step["cursor"], read=progress.rows.read)
