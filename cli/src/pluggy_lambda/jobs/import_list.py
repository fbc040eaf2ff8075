"""A list of items to import: one id in each line, with a comma and its owner if that is known."""

import re
from dataclasses import dataclass
from typing import Any

from pluggy_lambda.errors import Failure

ITEM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_OWNER = 255
SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class NamedItem:
    """An item, and its owner according to the operator."""

    item_id: str
    owner: str | None

    def as_json(self) -> dict[str, Any]:
        """Returns the item in the form that the operator function accepts."""
        return {"itemId": self.item_id} if self.owner is None else {"itemId": self.item_id, "clientUserId": self.owner}


def parse(text: str) -> list[NamedItem]:
    """Returns every item once. Reports all mistakes together, with their lines, before anything is sent."""
    items: dict[str, NamedItem] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item, problem = _item(line)
        if item is not None and items.setdefault(item.item_id, item) != item:
            problem = "names the item again, with another owner"
        if problem:
            problems.append(f"line {number} {problem}")
    if problems:
        rest = len(problems) - SHOWN_PROBLEMS
        shown = problems[:SHOWN_PROBLEMS] + ([f"and {rest} more lines"] if rest > 0 else [])
        raise Failure("nothing was imported: " + "; ".join(shown), "Each line is an item's id, or id,owner.")
    if not items:
        raise Failure("there are no items to import", "Each line is an item's id, or id,owner.")
    return list(items.values())


def _item(line: str) -> tuple[NamedItem | None, str]:
    item_id, comma, owner = line.partition(",")
    item_id, owner = item_id.strip().lower(), owner.strip()
    if not ITEM_ID.fullmatch(item_id):
        return None, "does not begin with an item's id"
    if comma and not owner:
        return None, "has a comma and no owner"
    if len(owner) > LONGEST_OWNER:
        return None, f"has an owner of more than {LONGEST_OWNER} characters"
    if any(not (character.isprintable() or character == "\u00ad") for character in owner):
        return None, "has an owner with characters that cannot be printed"
    return NamedItem(item_id, owner or None), ""
