"""An erasure, call by call: it waits where Pluggy asks for it, and adds up a verification."""

import time
from collections.abc import Callable
from typing import Any

from pluggy_lambda.errors import InterruptedFailure
from pluggy_lambda.functions import Ask
from pluggy_lambda.text import counted

FOUND = ("items", "events", "limits")


def erase(
    ask: Ask, user: str, report: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Calls the function until it gives a receipt, and returns the receipt."""
    try:
        while True:
            step = ask({"action": "erase", "clientUserId": user})
            if step["result"] != "running":
                return step
            report(progress(step))
            sleep(step["retryAfterSeconds"])
    except KeyboardInterrupt:
        raise InterruptedFailure(
            "interrupted: the user is not completely erased",
            "Run the same command again. It continues where it was interrupted.",
        ) from None


def progress(step: dict[str, Any]) -> str:
    """Returns the line while the erasure runs."""
    counts, wait = step["counts"], step["retryAfterSeconds"]
    gone = counted(counts["itemsDeleted"] + counts["itemsGone"], "item")
    waits = f", waiting {wait} s" if wait else ""
    return f"{step['stage']}: {gone} and {counted(counts['bodies'], 'body', 'bodies')} erased so far{waits}"


def verify(ask: Ask, user: str, report: Callable[[str], None]) -> dict[str, Any]:
    """Searches all tables for the user, and returns what was found in each."""
    command = {"action": "verify", "clientUserId": user}
    found = dict.fromkeys((*FOUND, "scanned"), 0)
    while True:
        step = ask(command)
        for name in found:
            found[name] += step[name]
        report(f"{counted(found['scanned'], 'row')} searched")
        if not step["cursor"]:
            return {**found, "isErasureKnown": step["isErasureKnown"], "goneLater": step["goneLater"]}
        command = {**command, "cursor": step["cursor"]}
