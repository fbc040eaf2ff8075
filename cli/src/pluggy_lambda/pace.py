"""A bounded rate."""

import time
from collections.abc import Callable

# Pluggy publishes no limit for GET /items/{id}, and counts by source address, which Lambda functions share with other
# AWS customers. Urgent fetches need room too. Two a second is a third of the limit for other GETs.
DEFAULT_PER_SECOND = 2.0
MAX_PER_SECOND = 100.0


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
        self._next_at = self._clock()

    def wait(self) -> None:
        """Waits until the next operations are allowed."""
        remaining = self._next_at - self._clock()
        if remaining > 0:
            self._sleep(remaining)

    def count(self, things: int) -> None:
        """Records the number of operations that were just done."""
        self._next_at = max(self._next_at, self._clock()) + things / self._per_second
