"""A point in time, as the operator or a message names it."""

import re
from datetime import UTC, datetime, timedelta

from pluggy_lambda.errors import WrongUsageError

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def chosen(text: str, now: datetime) -> datetime:
    """Returns the time that --since names: with its zone, or as a span before now."""
    span = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    at = now - int(span[1]) * UNITS[span[2]] if span else parsed(text)
    if at is None:
        raise WrongUsageError(
            f"--since {text} is neither a time with its zone nor a span such as 24h",
            "For example: --since 24h, or --since 2026-11-23T12:00:00Z",
        )
    return at


def parsed(text: str) -> datetime | None:
    """Returns a time with its zone, or `None` if the text is not one."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def text(at: datetime) -> str:
    """Returns the time as commands accept it, rounded down to a second, so that nothing is left out."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
