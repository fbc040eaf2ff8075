"""A bounded rate."""

import time
from collections.abc import Callable

from stack import console

# Pluggy publishes no limit for GET /items/{id}, counts by source address, which Lambda functions share with strangers,
# and needs room for the looks that cannot wait. Two a second is a third of the limit that it publishes for other reads.
DEFAULT_PER_SECOND = 2.0


class Pace:
    """Makes whoever does things wait, so that they are never faster than the rate in the long run."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._next_at = clock()

    def wait(self) -> None:
        """Returns when the next things may be done."""
        remaining = self._next_at - self._clock()
        if remaining > 0:
            self._sleep(remaining)

    def count(self, things: int) -> None:
        """So many were done just now."""
        self._next_at = max(self._next_at, self._clock()) + things / self._per_second


def per_second(text: str) -> float:
    """The rate that the person chose, or the default."""
    try:
        rate = float(text or DEFAULT_PER_SECOND)
    except ValueError:
        rate = 0
    if not 0 < rate <= 100:
        raise console.Failure(f"RATE={text} is not a number of items a second, up to 100", "Leave it out for 2.")
    return rate
