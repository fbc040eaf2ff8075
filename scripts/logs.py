"""`make logs`: the log lines of the local stack's functions, as they arrive."""

import time
from collections import Counter
from typing import Any

from stack import console, ministack, settings, stack_file

POLL_SECONDS = 1
# The functions of the examples' stack have the same prefix.
PREFIX = f"/aws/lambda/{settings.STACK_NAME}"
# The platform's own lines, which have no information about the invocation.
PLATFORM_LINES = ("START RequestId", "END RequestId", "REPORT RequestId")


def logs() -> None:
    stack_file.read()
    with ministack.reachable():
        client = ministack.client("logs")
        shown: Counter[str] = Counter()
        while True:
            for function, message in _new_lines(client, shown):
                if not message.startswith(PLATFORM_LINES):
                    print(f"{function:<17} {message.strip()}", flush=True)
            time.sleep(POLL_SECONDS)


def _new_lines(client: Any, shown: Counter[str]) -> list[tuple[str, str]]:
    """Returns each function's new lines since the last call, in the order of time."""
    lines = []
    for group in client.describe_log_groups(logGroupNamePrefix=PREFIX)["logGroups"]:
        name = group["logGroupName"]
        events = client.filter_log_events(logGroupName=name)["events"]
        function = name.rsplit("/", 1)[1]
        lines += [(event["timestamp"], function, event["message"]) for event in events[shown[name] :]]
        shown[name] = len(events)
    return [(function, message) for _, function, message in sorted(lines, key=lambda line: line[0])]


if __name__ == "__main__":
    console.run(logs)
