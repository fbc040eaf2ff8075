"""A replay, from its beginning or from a cursor: its items and its progress."""

import shlex
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stack import console, moment, pace, progress
from stack.operator import Ask
from stack.pace import Pace

USAGE = "make replay ITEM=<id>, or USER=<id>, or SINCE=24h, or SINCE=2026-11-23T12:00:00Z"


@dataclass(frozen=True)
class Progress:
    """The progress of a replay."""

    replayed: int = 0
    known: int = 0
    scanned: int = 0
    # The rows that an interrupted command had read; `None` if the operator left their number out.
    read_before: int | None = 0
    rows: int | None = None
    seconds: float = 0

    def __str__(self) -> str:
        before = f" ({self.known:,} were requested before)" if self.known else ""
        return f"{self.replayed:,} fetches requested{before}{progress.rows_read(self.read, self.rows, 'event rows')}"

    @property
    def read(self) -> int | None:
        """Returns the number of rows read, those of an interrupted command included."""
        return None if self.read_before is None else self.read_before + self.scanned

    def status(self) -> str:
        """Returns the line while the command runs."""
        left = progress.time_left(self.scanned, self.read_before, self.rows, self.seconds)
        return f"{self}{progress.speed(self.replayed + self.known, self.seconds)}{left}"


@dataclass(frozen=True)
class ReplayJob:
    """The items to replay."""

    field: str
    value: str
    run: str
    cursor: str = ""
    rate: str = ""
    read: int | None = 0

    @staticmethod
    def chosen(choices: Mapping[str, str], now: datetime) -> "ReplayJob":
        """Returns the job that the command line names."""
        fields = {"ITEM": "itemId", "OPERATOR_USER": "clientUserId", "SINCE": "since"}
        given = [name for name in fields if choices.get(name)]
        if len(given) != 1:
            raise console.Failure("ITEM, USER or SINCE is missing, or more than one is given", f"Name one: {USAGE}")
        name = given[0]
        value = choices[name]
        if name == "SINCE":
            value = moment.text(moment.chosen(name, value, now, USAGE))
        cursor, read = choices.get("CURSOR", ""), choices.get("READ", "")
        return ReplayJob(
            fields[name],
            value,
            choices.get("RUN") or str(uuid.uuid4()),
            cursor,
            choices.get("RATE", ""),
            int(read) if read.isdecimal() else None if cursor else 0,
        )

    def command(self) -> dict[str, Any]:
        """Returns the next command for the operator function."""
        command: dict[str, Any] = {"action": "replay", "run": self.run, self.field: self.value}
        command["limit"] = pace.step(pace.per_second(self.rate))
        return {**command, "cursor": self.cursor} if self.cursor else command

    def to_continue(self, env: str) -> str:
        """Returns the command line that continues from here. Repeated requests add nothing."""
        names = {"itemId": "ITEM", "clientUserId": "USER", "since": "SINCE"}
        choices = {
            names[self.field]: self.value,
            "RUN": self.run,
            "CURSOR": self.cursor,
            "READ": str(self.read or "") if self.cursor else "",
            "RATE": self.rate,
            "ENV": env,
        }
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make replay", *words])


def run(
    job: ReplayJob,
    ask: Ask,
    pace: Pace,
    env: str,
    report: Callable[[Progress], None],
    clock: Callable[[], float] = time.monotonic,
) -> Progress:
    """Runs the replay to its end. If it is interrupted or fails, the failure names the command to continue."""
    done, began = Progress(read_before=job.read), clock()
    try:
        while True:
            pace.wait()
            step = ask(job.command())
            pace.count(step["replayed"])
            done = replace(
                done,
                replayed=done.replayed + step["replayed"],
                known=done.known + step["known"],
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
