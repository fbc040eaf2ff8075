"""One replay, from its beginning or from where it was left: which items, how far it has come."""

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
    """What a replay has done."""

    replayed: int = 0
    known: int = 0
    scanned: int = 0

    def __str__(self) -> str:
        before = f" ({self.known} were asked for before)" if self.known else ""
        searched = f", {self.scanned} event rows searched" if self.scanned else ""
        return f"{self.replayed} fetches requested{before}{searched}"


@dataclass(frozen=True)
class ReplayJob:
    """What to replay."""

    field: str
    value: str
    run: str
    cursor: str = ""

    @staticmethod
    def chosen(choices: Mapping[str, str], now: datetime) -> "ReplayJob":
        """What the person chose on the command line."""
        fields = {"ITEM": "itemId", "OPERATOR_USER": "clientUserId", "SINCE": "since"}
        given = [name for name in fields if choices.get(name)]
        if len(given) != 1:
            raise console.Failure("what is to be replayed?", f"Name one thing: {USAGE}")
        name = given[0]
        value = choices[name]
        if name == "SINCE":
            value = moment.text(moment.chosen(name, value, now, USAGE))
        return ReplayJob(fields[name], value, choices.get("RUN") or str(uuid.uuid4()), choices.get("CURSOR", ""))

    def command(self) -> dict[str, Any]:
        """The next step, for the operator function."""
        command = {"action": "replay", "run": self.run, self.field: self.value}
        return {**command, "cursor": self.cursor} if self.cursor else command

    def to_go_on(self, env: str) -> str:
        """The command line that goes on from here. What it repeats adds nothing."""
        names = {"itemId": "ITEM", "clientUserId": "USER", "since": "SINCE"}
        choices = {names[self.field]: self.value, "RUN": self.run, "CURSOR": self.cursor, "ENV": env}
        words = [f"{name}={shlex.quote(value)}" for name, value in choices.items() if value]
        return " ".join(["make replay", *words])


def run(job: ReplayJob, ask: Ask, pace: Pace, env: str, tell: Callable[[Progress], None]) -> Progress:
    """Works until the replay is done; if it is interrupted or fails, says how to go on."""
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
            tell(progress)
            if not step["cursor"]:
                return progress
            job = replace(job, cursor=step["cursor"])
    except KeyboardInterrupt:
        raise console.Failure(f"interrupted: {progress}", f"To go on: {job.to_go_on(env)}") from None
    except console.Failure as failure:
        remedy = f"{failure.remedy} To go on: {job.to_go_on(env)}".strip()
        raise console.Failure(str(failure), remedy) from None
