"""A point in time, as a person names it or a message has it."""

import re
from datetime import UTC, datetime, timedelta

from stack import console

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def chosen(name: str, text: str, now: datetime, usage: str) -> datetime:
    """The time that a choice of the command line names: with its zone, or as a span back from now."""
    span = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    at = now - int(span[1]) * UNITS[span[2]] if span else parsed(text)
    if at is None:
        raise console.Failure(f"{name}={text} is neither a time with its zone nor a span", f"For example: {usage}")
    return at


def parsed(text: str) -> datetime | None:
    """A time with its zone; `None` where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def text(at: datetime) -> str:
    """As commands take it. What is finer than a second is cut off, so that nothing comes to lie before it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
