"""The speed of a long command, and the time that is left."""

import math


def speed(done: int, seconds: float) -> str:
    """Returns how much is done in a second, or nothing in the first second."""
    return f", {done / seconds:,.0f} a second" if seconds >= 1 else ""


def rows_read(read: int | None, rows: int | None, what: str) -> str:
    """Returns how many rows are read, and of how many. `None` is an unknown number."""
    if not read:
        return ""
    total = f" of about {rows:,}" if rows is not None and rows >= read else ""
    return f", {read:,}{total} {what} read"


def time_left(read: int, read_before: int | None, rows: int | None, seconds: float) -> str:
    """Returns the time in which the rest of the rows is read, or nothing if that cannot be known.

    DynamoDB counted the rows some hours ago, so a table that has grown may have none left by this count.
    """
    if rows is None or read_before is None or not read or seconds < 1:
        return ""
    left = rows - read_before - read
    return f", about {_duration(left * seconds / read)} left" if left > 0 else ""


def _duration(seconds: float) -> str:
    if seconds <= 90:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes <= 90 else f"{minutes // 60} h {minutes % 60} min"
