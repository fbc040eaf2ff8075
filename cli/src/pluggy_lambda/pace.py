"""A bounded rate."""

import math
import time
from collections.abc import Callable

# Pluggy publishes no limit for GET /items/{id}, and counts by source address, which Lambda functions share with other
# AWS customers. Urgent fetches need room too. Two a second is a third of the limit for other GETs.
DEFAULT_PER_SECOND = 2.0
MAX_PER_SECOND = 1_000
# One invocation does what the rate allows in this time, so that the progress is seen about as often.
STEP_SECONDS = 5
# An invocation reads a megabyte of rows, so it should not do less.
MIN_LIMIT = 25


class Pace:
    """A limiter that makes the caller wait, so that the average rate is never exceeded."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._per_second = per_second
        self._clock = clock or time.monotonic
        self._sleep = sleep or time.sleep
        self._began = self._step_began = self._next_at = self._clock()

    def wait(self) -> None:
        """Waits until the next operations are allowed."""
        remaining = self._next_at - self._clock()
        if remaining > 0:
            self._sleep(remaining)
        self._step_began = self._clock()

    def count(self, things: int) -> None:
        """Records the number of operations that were done since the wait."""
        self._next_at = max(self._next_at, self._step_began) + things / self._per_second

    def seconds(self) -> float:
        """Returns the time since the begin, with the wait that the operations so far cause.

        Without that wait, a speed would exceed the rate.
        """
        return max(self._next_at, self._clock()) - self._began


def limit(per_second: float) -> int:
    """Returns how much one invocation does at most."""
    return max(MIN_LIMIT, math.ceil(per_second * STEP_SECONDS))
