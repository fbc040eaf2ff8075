"""The rows that a long job has read, its speed, and the time that is left."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pluggy_lambda.text import counted

# A lower speed rounds to 0.0.
MIN_SPEED = 0.05


@dataclass(frozen=True)
class Rows:
    """The rows that a job reads, and its duration."""

    scanned: int = 0
    # The rows that an interrupted command had read; `None` if the operator left their number out.
    read_before: int | None = 0
    total: int | None = None
    seconds: float = 0

    @property
    def read(self) -> int | None:
        """Returns the number of rows read, those of an interrupted command included."""
        return None if self.read_before is None else self.read_before + self.scanned

    def after(self, step: Mapping[str, Any], seconds: float) -> "Rows":
        """Returns the rows after the step that a function reports.

        DynamoDB counted the rows some hours ago. After the last step, its number would read as if rows were left.
        """
        total = step["rows"] if step["cursor"] else None
        return replace(self, scanned=self.scanned + step["scanned"], total=total, seconds=seconds)

    def text(self, noun: str) -> str:
        """Returns how many rows are read, and of how many, as the end of a sentence."""
        if not self.read:
            return ""
        if self.total is not None and self.total >= self.read:
            return f", {self.read:,} of about {counted(self.total, noun)} read"
        return f", {counted(self.read, noun)} read"

    def status(self, done: int, noun: str) -> str:
        """Returns the speed, the time left and the rows, as the end of a line that a narrow terminal cuts off."""
        return f"{self.speed(done)}{self.time_left()}{self.text(noun)}"

    def speed(self, done: int) -> str:
        """Returns how much is done in a second, or nothing in the first second."""
        speed = done / self.seconds if self.seconds >= 1 else 0
        if speed < MIN_SPEED:
            return ""
        return f", {speed:,.0f} a second" if speed >= 10 else f", {speed:.1f} a second"

    def time_left(self) -> str:
        """Returns the time in which the rest of the rows is read, or nothing if that cannot be known.

        A table that has grown may have none left by DynamoDB's count.
        """
        if self.total is None or self.read is None or not self.scanned or self.seconds < 1:
            return ""
        left = self.total - self.read
        return f", about {_duration(left * self.seconds / self.scanned)} left" if left > 0 else ""


def _duration(seconds: float) -> str:
    if seconds <= 90:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes <= 90 else f"{minutes // 60} h {minutes % 60} min"
