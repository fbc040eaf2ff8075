"""A replay, from its beginning or from a cursor: its items and its progress."""

import shlex
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stack import console, moment
from stack.operator import Ask
from stack.pace import Pace

USAGE = "make replay ITEM=<id>, or USER=<id>, or SINCE=24h, or SINCE=2026-11-23T12:00:00Z"


@dataclass(frozen=True)
class Progress:
    """The progress of a replay."""

    replayed: int = 0
    known: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        before = f" ({self.known} were requested before)" if self.known else ""
        searched = f", {self.scanned} event rows searched" if self.scanned else ""
        return f"{self.replayed} fetches requested{before}{searched}"


@dataclass(frozen=True)
class ReplayJob:
    """The items to replay."""

    field: str
    value: str
    run: str
    cursor: str = ""

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
        return ReplayJob(fields[name], value, choices.get("RUN") or str(uuid.uuid4()), choices.get("CURSOR", ""))

    def command(self) -> dict[str, Any]:
        """Returns the next command for the operator function."""
        command = {"action": "replay", "run": self.run, self.field: self.value}
        return {**command, "cursor": self.cursor} if self.cursor else command

    def to_continue(self, env: str) -> str:
        """Returns the command line that continues from here. Repeated requests add nothing."""
        names = {"itemId": "ITEM", "clientUserId": "USER", "since": "SINCE"}
        choices = {names[self.field]: self.value, "RUN": self.run, "CURSOR": self.cursor, "ENV": env}
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make replay", *words])


def run(job: ReplayJob, ask: Ask, pace: Pace, env: str, report: Callable[[Progress], None]) -> Progress:
    """Runs the replay to its end. If it is interrupted or fails, the failure names the command to continue."""
    progress = Progress()
    try:
        while True:
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
    except KeyboardInterrupt:
        raise console.Failure(f"interrupted: {progress}", f"To continue: {job.to_continue(env)}") from None
    except console.Failure as failure:
        remedy = f"{failure.remedy} To continue: {job.to_continue(env)}".strip()
        raise console.Failure(str(failure), remedy) from None
