import json
import unittest
from datetime import UTC, datetime
from typing import Any

from pluggy_lambda import item_text
from tests.support import ROOT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# Reports of the function; its own tests compare its output with these files.
REPORT = json.loads((ROOT / "tests/reports/item.json").read_text(encoding="utf-8"))
OF_USER = json.loads((ROOT / "tests/reports/item-of-user.json").read_text(encoding="utf-8"))
ITEM = REPORT["itemId"]
[EVENT] = REPORT["events"]
UNKNOWN = dict.fromkeys(REPORT) | {
    "itemId": ITEM,
    "row": "absent",
    "events": [],
    "eventsTotal": 0,
    "eventsComplete": True,
}


def shown(report: dict[str, Any]) -> str:
    return "\n".join(item_text.item(report, NOW, "prod"))


class Item(unittest.TestCase):
    def test_everything_is_shown_in_plain_words(self) -> None:
        text = shown(REPORT)

        for expected in [
            ITEM,
            "owner         usr_01J9X",
            "phase         reconnect (invalid_credentials): the bank refuses the credentials",
            "status        LOGIN_ERROR, execution INVALID_CREDENTIALS",
            "error         INVALID_CREDENTIALS: Invalid credentials",
            "bank          Pluggy Bank, connector 2, ONLINE",
            "products      accounts not updated since 2026-11-20 12:00:00Z (3 d ago) with warnings 001",
            "fetched       2026-11-23 11:57:00Z (3 min ago)",
            "changed       2026-11-20 12:00:00Z (3 d ago)",
            "next fetch    2026-11-23 11:00:00Z (60 min ago) OVERDUE",
            "failures      2 in a row",
            "last error    2026-11-23 10:00:00Z (2 h ago) pluggy is not available (status Some(500)),",
            ", Pluggy's error id e-1",
            "2026-11-23 11:56:59Z  item/error  webhook  1  quarantined: foreign-client-id, cut",
        ]:
            self.assertIn(expected, text)

    def test_what_is_not_known_takes_no_line(self) -> None:
        self.assertNotIn("consent", shown(REPORT))
        self.assertNotIn("missing", shown(REPORT))

    def test_no_control_character_reaches_the_terminal(self) -> None:
        event = {**EVENT, "id": "\x1b]0;owned\x07", "event": "a\nb"}

        text = shown({**REPORT, "events": [event], "owner": "usr\u202e1"})

        self.assertFalse(
            any(not (character.isprintable() or character == "\n") for character in text), json.dumps(text)
        )
        self.assertEqual(len(text.splitlines()), len(item_text.item({**REPORT, "events": [event]}, NOW, "prod")))

    def test_events_that_were_not_all_read_are_not_called_the_newest(self) -> None:
        text = shown({**REPORT, "eventsComplete": False})

        self.assertIn("Events (1 of more than 1): not all were read; newer ones may be missing", text)
        self.assertNotIn("newest first", text)

    def test_a_product_is_updated_only_if_pluggy_says_so(self) -> None:
        unknown = {"isUpdated": None, "lastUpdatedAt": None, "warnings": []}
        at = "2026-11-20T12:00:00Z"
        for changed, expected in [
            ({}, "accounts"),
            ({"warnings": ["001"]}, "accounts with warnings 001"),
            ({"lastUpdatedAt": at}, "accounts last updated 2026-11-20 12:00:00Z (3 d ago)"),
            ({"isUpdated": True}, "accounts updated"),
            ({"isUpdated": True, "lastUpdatedAt": at}, "accounts updated 2026-11-20 12:00:00Z (3 d ago)"),
            ({"isUpdated": False}, "accounts not updated"),
        ]:
            snapshot = {**REPORT["snapshot"], "products": {"accounts": {**unknown, **changed}}}

            self.assertIn(f"products      {expected}\n", shown({**REPORT, "snapshot": snapshot}))

    def test_an_item_that_nobody_knows_says_what_can_be_done(self) -> None:
        text = shown(UNKNOWN)

        self.assertIn("pluggy-lambda items import --env prod", text)
        self.assertIn("No events", text)

    def test_a_row_that_cannot_be_read_names_its_attribute(self) -> None:
        self.assertIn(
            "because of the attribute status", shown({**UNKNOWN, "row": "unreadable", "unreadable": "status"})
        )


class User(unittest.TestCase):
    def test_items_are_listed_with_phase_and_next_fetch(self) -> None:
        items = [{**OF_USER, "connector": None}, {**OF_USER, "connector": "Banco do Povo"}]

        lines = item_text.user({"items": items, "unreadable": 0}, NOW, "prod")

        self.assertIn("2 items", lines[0])
        self.assertRegex(lines[2], f"{ITEM}  -              reconnect  2026-11-23 11:00:00Z")
        self.assertEqual(len(lines), 4)

    def test_a_user_without_items_says_what_can_be_done(self) -> None:
        lines = item_text.user({"items": [], "unreadable": 0}, NOW, "prod")

        self.assertIn("pluggy-lambda replay --env prod --user", lines[1])

    def test_rows_that_cannot_be_read_are_counted(self) -> None:
        for items in ([], [OF_USER]):
            lines = item_text.user({"items": items, "unreadable": 1}, NOW, "prod")

            self.assertEqual(lines[-1], "1 row cannot be read. The log of inspect names the attribute.")
