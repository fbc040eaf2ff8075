"""A bounded rate."""

import math
import time
from collections.abc import Callable

from stack import console

# Pluggy publishes no limit for GET /items/{id}, and counts by source address, which Lambda functions share with other
# AWS customers. Urgent fetches need room too. Two a second is a third of the limit for other GETs.
DEFAULT_PER_SECOND = 2.0
MAX_PER_SECOND = 1_000
# One invocation does what the rate allows in this time, so that the progress is seen about as often.
STEP_SECONDS = 5
# An invocation reads a megabyte of rows, so it should not do less.
MIN_STEP = 25


class Pace:
    """A limiter that makes the caller wait, so that the average rate is never exceeded."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._began = self._next_at = clock()

    def wait(self) -> None:
        """Waits until the next operations are allowed."""
        remaining = self._next_at - self._clock()
        if remaining > 0:
            self._sleep(remaining)
        self._began = self._clock()

    def count(self, things: int) -> None:
        """Records the number of operations that were done since the wait."""
        self._next_at = max(self._next_at, self._began) + things / self._per_second


def per_second(text: str, default: float = DEFAULT_PER_SECOND) -> float:
    """Returns the rate that the operator chose, or the default."""
    try:
        rate = float(text or default)
    except ValueError:
        rate = 0
    if not 0 < rate <= MAX_PER_SECOND:
        raise console.Failure(
            f"RATE={text} is not a number a second, up to {MAX_PER_SECOND}", f"Leave it out for {default:.0f}."
        )
    return rate


def step(rate: float) -> int:
    """Returns how much one invocation does."""
    return max(MIN_STEP, math.ceil(rate * STEP_SECONDS))
