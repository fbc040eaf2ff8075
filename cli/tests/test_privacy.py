"""`pluggy-lambda privacy`: what is asked of the function, and what the operator sees."""

from typing import Any
from unittest import mock

from tests.support import Lambda, Project

USER = "usr_01J9X"
ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
LATER = [{"what": "backups of ItemTable", "until": "2026-12-28T12:00:00Z"}]
COUNTS = {"itemsDeleted": 1, "itemsGone": 0, "bodies": 3, "eventRows": 0}


def receipt(**changed: Any) -> dict[str, Any]:
    return {
        "result": "receipt",
        "stage": "requested",
        "userHmac": "ab" * 32,
        "startedAt": "2026-11-23T12:00:00Z",
        "requestedAt": "2026-11-23T12:00:01Z",
        "finalFrom": "2026-11-24T13:00:01Z",
        "finalAt": None,
        "itemIds": [ITEM],
        "notDeleted": [],
        "counts": COUNTS,
        "isPublished": True,
        "goneLater": LATER,
        "version": "0.1.0",
        "rowVersion": 1,
        **changed,
    }


def running(wait: int) -> dict[str, Any]:
    return {"result": "running", "stage": "items", "retryAfterSeconds": wait, "items": 1, "counts": COUNTS}


def verified(cursor: str | None, **found: int) -> dict[str, Any]:
    counts = {"items": 0, "events": 0, "limits": 0, "scanned": 10, **found}
    return {"result": "verified", **counts, "cursor": cursor, "isErasureKnown": True, "goneLater": LATER}


class Privacy(Project):
    def function(self, *reports: Any) -> Lambda:
        self.deploy(ErasureFunctionName="the-erasure")
        client = self.clients["lambda"] = Lambda(*reports)
        return client


class Erase(Privacy):
    def test_the_command_waits_as_the_function_says_and_prints_the_receipt(self) -> None:
        client = self.function(running(0), running(23), receipt())

        with mock.patch("time.sleep") as sleep, mock.patch("pluggy_lambda.jobs.erasure.erase.__defaults__", (sleep,)):
            result = self.invoke("privacy", "erase", "--env", "dev", USER, "--yes")

        self.assertEqual(result.exit_code, 0, result.stderr)
        self.assertEqual([call.args for call in sleep.call_args_list], [(0,), (23,)])
        self.assertEqual([command["action"] for command in client.commands], ["erase"] * 3)
        self.assertEqual({command["clientUserId"] for command in client.commands}, {USER})
        self.assertEqual(client.functions[0], "the-erasure")
        self.assertIn("requested receipt", result.stdout)
        self.assertIn("2026-11-24T13:00:01Z", result.stdout)
        self.assertIn("backups of ItemTable: 2026-12-28T12:00:00Z", result.stdout)

    def test_the_document_is_the_receipt(self) -> None:
        self.function(receipt(stage="final", finalAt="2026-11-24T14:00:00Z"))

        result = self.invoke("privacy", "erase", "--env", "dev", USER, "--yes", "--json")

        self.assertEqual(self.document(result)["result"]["stage"], "final")
        self.assertNotIn(USER, result.stdout)

    def test_a_refusal_of_pluggys_is_shown(self) -> None:
        self.function(receipt(notDeleted=[{"itemId": ITEM, "reason": "status 403"}]))

        result = self.invoke("privacy", "erase", "--env", "dev", USER, "--yes")

        self.assertIn(f"{ITEM}: status 403", result.stdout)
        self.assertIn("Pluggy still has 1 item", result.stdout)
        self.assertEqual(result.exit_code, 1)

    def test_only_the_typed_id_confirms(self) -> None:
        client = self.function(receipt())

        refused = self.invoke("privacy", "erase", "--env", "dev", USER, typed="usr_2\n")
        unanswered = self.invoke("privacy", "erase", "--env", "dev", USER)
        confirmed = self.invoke("privacy", "erase", "--env", "dev", USER, typed=f"{USER}\n")

        self.assertEqual((refused.exit_code, unanswered.exit_code, confirmed.exit_code), (1, 2, 0))
        self.assertEqual(len(client.commands), 1)

    def test_an_interrupted_erasure_says_how_to_continue(self) -> None:
        self.function(KeyboardInterrupt())

        result = self.invoke("privacy", "erase", "--env", "dev", USER, "--yes")

        self.assertEqual(result.exit_code, 130)
        self.assertIn("Run the same command again", result.stderr)


class Lift(Privacy):
    def test_an_erasure_without_a_final_receipt_is_mentioned(self) -> None:
        self.function({"result": "lifted", "wasErased": True, "wasFinal": False})

        result = self.invoke("privacy", "lift", "--env", "dev", USER, "--yes")

        self.assertIn("can connect again", result.stdout)
        self.assertIn("no final receipt", result.stdout)


class Verify(Privacy):
    def test_the_search_continues_to_its_end_and_adds_up(self) -> None:
        client = self.function(verified("events."), verified(None))

        result = self.invoke("privacy", "verify", "--env", "dev", USER, "--json")

        self.assertEqual(result.exit_code, 0, result.stderr)
        self.assertEqual(self.document(result)["result"]["scanned"], 20)
        self.assertEqual([command.get("cursor") for command in client.commands], [None, "events."])

    def test_a_user_whose_erasure_is_not_known_fails_the_command(self) -> None:
        self.function({**verified(None), "isErasureKnown": False})

        result = self.invoke("privacy", "verify", "--env", "dev", USER)

        self.assertEqual(result.exit_code, 1)
        self.assertIn("no erasure of the user is known", result.stderr)

    def test_a_row_that_is_found_fails_the_command(self) -> None:
        self.function(verified("events.", items=1), verified(None, events=2))

        result = self.invoke("privacy", "verify", "--env", "dev", USER)

        self.assertEqual(result.exit_code, 1)
        self.assertIn("3 rows of this user found: 1 in ItemTable, 2 in EventTable", result.stderr)
