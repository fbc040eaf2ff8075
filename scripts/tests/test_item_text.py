import json
import unittest
from datetime import UTC, datetime
from typing import Any

from stack import item_text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
SCHEDULE = {
    "checkAt": "2026-11-23T11:00:00Z",
    "overdueSeconds": 3600,
    "syncFailures": 2,
    "lastError": {"at": "2026-11-23T10:00:00Z", "reason": "pluggy is not available", "errorId": "e-1"},
    "owed": "change",
    "rechecks": 0,
    "missingSince": None,
}
STANDING = {
    "phase": "reconnect",
    "nextAction": "reconnect",
    "expiresAt": None,
    "why": "the bank refuses the credentials",
}
STATE = {
    "status": "LOGIN_ERROR",
    "executionStatus": "INVALID_CREDENTIALS",
    "error": {"code": "INVALID_CREDENTIALS", "message": "Invalid", "providerMessage": "Senha\x1b[2J incorreta"},
    "connector": {"id": 2, "name": "Pluggy Bank", "health": "ONLINE"},
    "products": {"accounts": {"isUpdated": False, "lastUpdatedAt": None, "warnings": ["001"]}},
    "readAt": "2026-11-23T11:57:00.123Z",
    "updatedAt": "2026-11-20T12:00:00Z",
    "lastUpdatedAt": None,
    "nextAutoSyncAt": None,
    "consentExpiresAt": None,
    "hasResourcesPendingAuthorization": None,
}
EVENT = {
    "receivedAt": "2026-11-23T11:56:59Z",
    "event": "item/error",
    "origin": "webhook",
    "id": "1",
    "quarantine": "foreign-client-id",
    "truncated": True,
}
REPORT = {
    "itemId": ITEM,
    "row": "read",
    "unreadable": None,
    "owner": "usr_1",
    "createdAt": "2026-11-01T12:00:00Z",
    "deletedAt": None,
    "unconfirmed": False,
    "standing": STANDING,
    "state": STATE,
    "schedule": SCHEDULE,
    "events": [EVENT],
    "eventsTotal": 1,
    "eventsComplete": True,
}
UNKNOWN = dict.fromkeys(REPORT) | {
    "itemId": ITEM,
    "row": "absent",
    "events": [],
    "eventsTotal": 0,
    "eventsComplete": True,
}


def shown(report: dict[str, Any]) -> str:
    return "\n".join(item_text.item(report, NOW))


class Item(unittest.TestCase):
    def test_everything_is_shown_in_plain_words(self) -> None:
        text = shown(REPORT)

        for expected in [
            ITEM,
            "owner         usr_1",
            "phase         reconnect: the bank refuses the credentials",
            "status        LOGIN_ERROR, execution INVALID_CREDENTIALS",
            "error         INVALID_CREDENTIALS: Invalid",
            "bank          Pluggy Bank, connector 2, ONLINE",
            "products      accounts not updated with warnings 001",
            "read          2026-11-23 11:57:00Z (3 min ago)",
            "changed       2026-11-20 12:00:00Z (3 d ago)",
            "next check    2026-11-23 11:00:00Z (60 min ago) OVERDUE",
            "failures      2 reads in a row",
            "last error    2026-11-23 10:00:00Z (2 h ago) pluggy is not available, Pluggy's error id e-1",
            "2026-11-23 11:56:59Z  item/error  webhook  1  quarantined: foreign-client-id, cut",
        ]:
            self.assertIn(expected, text)

    def test_what_is_not_known_takes_no_line(self) -> None:
        self.assertNotIn("consent", shown(REPORT))
        self.assertNotIn("missing", shown(REPORT))

    def test_nothing_from_outside_steers_the_terminal(self) -> None:
        event = {**EVENT, "id": "\x1b]0;owned\x07", "event": "a\nb"}

        text = shown({**REPORT, "events": [event], "owner": "usr\u202e1"})

        self.assertFalse(
            any(not (character.isprintable() or character == "\n") for character in text), json.dumps(text)
        )
        self.assertEqual(len(text.splitlines()), len(item_text.item({**REPORT, "events": [event]}, NOW)))

    def test_an_item_that_nobody_knows_says_what_can_be_done(self) -> None:
        text = shown(UNKNOWN)

        self.assertIn("make replay ITEM=", text)
        self.assertIn("No events", text)

    def test_a_row_that_cannot_be_read_names_its_attribute(self) -> None:
        self.assertIn(
            "because of the attribute status", shown({**UNKNOWN, "row": "unreadable", "unreadable": "status"})
        )


class User(unittest.TestCase):
    def test_items_are_listed_with_phase_and_next_check(self) -> None:
        entry = {"itemId": ITEM, "connector": None, "standing": STANDING, "readAt": None, "schedule": SCHEDULE}

        lines = item_text.user([entry, {**entry, "connector": "Banco do Povo"}], NOW)

        self.assertIn("2 items", lines[0])
        self.assertRegex(lines[2], f"{ITEM}  -              reconnect  2026-11-23 11:00:00Z")
        self.assertEqual(len(lines), 4)

    def test_a_user_without_items_says_what_can_be_done(self) -> None:
        self.assertIn("make replay USER=", item_text.user([], NOW)[0])
