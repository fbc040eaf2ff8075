"""`make inspect ITEM=...` or `USER=...`: everything known of an item, or a user's items (JSON=1 for raw)."""

import json
import os
from datetime import UTC, datetime
from typing import Any

from stack import console, item_text, operator
from stack.operator import Ask


def inspect() -> None:
    item, user = os.environ.get("ITEM", ""), os.environ.get("OPERATOR_USER", "")
    if bool(item) == bool(user):
        raise console.Failure(
            "ITEM or USER is missing, or both are given", "Name one: make inspect ITEM=<id>, or USER=<id>"
        )
    with operator.reached() as ask:
        found = _item(ask, item) if item else _user(ask, user)
    if os.environ.get("JSON"):
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    now = datetime.now(UTC)
    print("\n".join(item_text.item(found, now) if item else item_text.user(found, now)))


def _item(ask: Ask, item: str) -> dict[str, Any]:
    return ask({"action": "inspect", "itemId": item})


def _user(ask: Ask, user: str) -> list[dict[str, Any]]:
    command = {"action": "inspect", "clientUserId": user}
    page = ask(command)
    items = page["items"]
    while page["cursor"]:
        page = ask({**command, "cursor": page["cursor"]})
        items += page["items"]
    return items


if __name__ == "__main__":
    console.run(inspect)
