import json
import shlex
import unittest
from typing import Any
from unittest import mock

from pluggy_lambda.jobs import adoption
from pluggy_lambda.jobs.import_list import NamedItem
from tests.support import ROOT, RUN, Lambda, Project, check_golden

REPORT = json.loads((ROOT / "tests/reports/item.json").read_text(encoding="utf-8"))
OF_USER = json.loads((ROOT / "tests/reports/item-of-user.json").read_text(encoding="utf-8"))
ITEM = REPORT["itemId"]
ONE, TWO = (f"9a7b6c5d-0000-4000-8000-00000000000{digit}" for digit in "12")
TABLE = "pluggy-lambda-old-ItemTable-1"


def imported(count: int, known: int = 0) -> dict[str, Any]:
    return {"result": "imported", "imported": count, "known": known}


class Items(Project):
    def setUp(self) -> None:
        super().setUp()
        self.deploy()
        self.sleep = self.enterContext(mock.patch("time.sleep"))


class Inspect(Items):
    def test_a_report_is_printed_as_it_is(self) -> None:
        self.clients["lambda"] = client = Lambda({"result": "item", **REPORT})

        result = self.invoke("items", "inspect", "--env", "dev", ITEM, "--json")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(self.document(result)["result"], {"result": "item", **REPORT})
        self.assertEqual(client.commands[0]["itemId"], ITEM)
        self.assertEqual(client.functions, ["the-inspect"])

    def test_a_report_is_text_in_which_nothing_is_markup(self) -> None:
        snapshot = {**REPORT["snapshot"], "error": {"code": "X", "message": "[/x] [bold]no", "providerMessage": None}}
        self.clients["lambda"] = Lambda({**REPORT, "snapshot": snapshot})

        result = self.invoke("items", "inspect", "--env", "dev", ITEM)

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("error         X: [/x] [bold]no\n", result.stdout)
        self.assertIn("phase         reconnect (invalid_credentials)", result.stdout)

    def test_all_pages_of_a_users_items_are_shown(self) -> None:
        self.clients["lambda"] = client = Lambda(
            {"items": [OF_USER], "unreadable": 1, "cursor": "a"},
            {"items": [{**OF_USER, "itemId": TWO}], "unreadable": 1, "cursor": None},
        )

        result = self.invoke("items", "inspect", "--env", "dev", "--user", "usr_1")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("2 items, newest first", result.stdout)
        self.assertIn("2 rows cannot be read", result.stdout)
        self.assertEqual([command.get("cursor") for command in client.commands], [None, "a"])

    def test_a_report_of_another_version_is_shown_as_it_is(self) -> None:
        for report in ({"itemId": ITEM, "new": 1}, {**REPORT, "events": 7}, {**REPORT, "createdAt": "soon"}):
            self.clients["lambda"] = Lambda(report, report)

            text = self.invoke("items", "inspect", "--env", "dev", ITEM)
            raw = self.invoke("items", "inspect", "--env", "dev", ITEM, "--json")

            self.assertEqual((text.exit_code, raw.exit_code), (1, 0))
            self.assertIn("hint: Add --json to see it as it is", text.stderr)
            self.assertEqual(self.document(raw)["result"], report)

    def test_a_list_of_another_version_is_a_failure(self) -> None:
        first = {"items": [OF_USER], "unreadable": 0, "cursor": "a"}
        for reports in ([{"items": [], "unreadable": 0}], [{"items": [], "cursor": None}], [first, {"items": []}]):
            for option in ([], ["--json"]):
                self.clients["lambda"] = Lambda(*reports)

                result = self.invoke("items", "inspect", "--env", "dev", "--user", "usr_1", *option)

                self.assertEqual(result.exit_code, 1, result.output)
                self.assertIn("error: inspect reports no ", result.stderr)
                self.assertIn("hint: The command line and the stack have different versions.", result.stderr)

    def test_one_of_item_and_user_is_needed(self) -> None:
        for arguments in ([], [ITEM, "--user", "usr_1"]):
            result = self.invoke("items", "inspect", "--env", "dev", *arguments)

            self.assertEqual(result.exit_code, 2)
            self.assertIn("name an item or --user, and only one of them", result.stderr)


class Import(Items):
    def test_a_list_of_the_standard_input_is_imported_in_batches(self) -> None:
        self.clients["lambda"] = client = Lambda(imported(25), imported(4, 1))
        listed = "\n".join(f"9a7b6c5d-0000-4000-8000-0000000000{number:02},usr_1" for number in range(30))

        result = self.invoke("items", "import", "--env", "dev", "--run", RUN, "--json", stdin=listed)

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual([len(command["items"]) for command in client.commands], [25, 5])
        self.assertEqual({command["run"] for command in client.commands}, {RUN})
        self.assertEqual(client.commands[0]["items"][0], {"itemId": f"{ONE[:-2]}00", "clientUserId": "usr_1"})
        self.assertEqual(self.document(result)["result"], {"run": RUN, "requested": 29, "known": 1})

    def test_the_rate_is_waited_for(self) -> None:
        self.clients["lambda"] = Lambda(imported(25), imported(1))
        listed = "\n".join(f"9a7b6c5d-0000-4000-8000-0000000000{number:02}" for number in range(26))

        self.invoke("items", "import", "--env", "dev", "--rate", "5", stdin=listed)

        [waited] = [call.args[0] for call in self.sleep.call_args_list]
        self.assertTrue(2 < waited <= 5, waited)

    def test_all_mistakes_are_reported_before_anything_is_sent(self) -> None:
        self.clients["lambda"] = client = Lambda()

        result = self.invoke("items", "import", "--env", "dev", stdin=f"{ONE}\nmaria\n")

        self.assertEqual((result.exit_code, client.commands), (1, []))
        check_golden(self, "items_import_mistakes.txt", result.stderr)

    def test_a_file_that_cannot_be_read_is_named(self) -> None:
        result = self.invoke("items", "import", "--env", "dev", str(self.folder / "absent.csv"))

        self.assertEqual(result.exit_code, 1)
        self.assertIn("absent.csv cannot be read", result.stderr)

    def test_an_interrupted_import_prints_the_line_that_continues_it(self) -> None:
        file = self.folder / "items.csv"
        file.write_text(f"{ONE}\n", encoding="utf-8")
        self.clients["lambda"] = Lambda(KeyboardInterrupt())

        result = self.invoke("items", "import", "--env", "dev", "--run", RUN, "--rate", "0.5", str(file))

        self.assertEqual(result.exit_code, 130)
        line = f"pluggy-lambda items import --env dev --run {RUN} --rate 0.5 {shlex.quote(str(file))}"
        self.assertIn(f"error: interrupted: 0 fetches requested\n\nhint: To continue: {line}\n", result.stderr)


def row(item_id: str, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": f"ITEM#{item_id}"}, **attributes}


class Adopt(Items):
    def setUp(self) -> None:
        super().setUp()
        self.dynamodb = self.stub("dynamodb")

    def expect_table(self, *keys: str) -> None:
        schema = [{"AttributeName": key, "KeyType": "HASH" if key == "pk" else "RANGE"} for key in keys]
        self.dynamodb.add_response(
            "describe_table", {"Table": {"KeySchema": schema, "ItemCount": 3}}, {"TableName": TABLE}
        )

    def expect_page(self, rows: list[dict[str, Any]], after: str = "", last: str = "") -> None:
        expected = {
            "TableName": TABLE,
            "ProjectionExpression": "pk, #owner, deletedAt",
            "ExpressionAttributeNames": {"#owner": "owner"},
            **({"ExclusiveStartKey": {"pk": {"S": f"ITEM#{after}"}}} if after else {}),
        }
        answer = {"Items": rows, **({"LastEvaluatedKey": {"pk": {"S": f"ITEM#{last}"}}} if last else {})}
        self.dynamodb.add_response("scan", answer, expected)

    def test_live_items_are_imported_with_their_owners(self) -> None:
        self.expect_table("pk")
        tombstone = row(TWO, deletedAt={"S": "2026-11-23T12:00:00Z"})
        connector = {"pk": {"S": "CONNECTOR#2"}}
        self.expect_page([row(ONE, owner={"S": "usr_1"}), tombstone], last=TWO)
        self.expect_page([connector, row(ONE[:-1] + "9")], after=TWO)
        self.clients["lambda"] = client = Lambda(imported(2))

        result = self.invoke("items", "adopt", "--env", "dev", TABLE, "--run", RUN, "--yes", "--json")

        self.assertEqual(result.exit_code, 0, result.output)
        expected = [{"itemId": ONE, "clientUserId": "usr_1"}, {"itemId": ONE[:-1] + "9"}]
        self.assertEqual([command["items"] for command in client.commands], [expected])

    def test_an_interruption_continues_after_the_last_item_that_was_requested(self) -> None:
        many = [f"9a7b6c5d-0000-4000-8000-0000000000{number:02}" for number in range(26)]
        self.expect_table("pk")
        self.expect_page([row(item_id) for item_id in many])
        self.clients["lambda"] = Lambda(imported(25), KeyboardInterrupt())

        result = self.invoke("items", "adopt", "--env", "dev", TABLE, "--run", RUN, "--rate", "1000", "--yes")

        self.assertEqual(result.exit_code, 130)
        line = f"pluggy-lambda items adopt --env dev --run {RUN} --after {many[24]} --rate 1000 {TABLE}"
        self.assertIn(f"hint: To continue: {line}\n", result.stderr)

    def test_the_printed_line_continues(self) -> None:
        self.expect_table("pk")
        self.expect_page([row(TWO)], after=ONE)
        self.clients["lambda"] = client = Lambda(imported(1))

        result = self.invoke("items", "adopt", "--env", "dev", "--run", RUN, "--after", ONE, TABLE, "--yes")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(client.commands[0]["items"], [{"itemId": TWO}])

    def test_what_is_no_old_table_of_items_is_refused(self) -> None:
        self.expect_table("pk", "sk")

        events = self.invoke("items", "adopt", "--env", "dev", TABLE, "--yes")
        ours = self.invoke("items", "adopt", "--env", "dev", "items", "--yes")

        self.assertEqual((events.exit_code, ours.exit_code), (1, 2))
        self.assertIn("is not a table of items", events.stderr)
        self.assertIn("items is the table of this stack", ours.stderr)

    def test_a_table_that_is_not_there_is_named(self) -> None:
        self.dynamodb.add_client_error("describe_table", "ResourceNotFoundException", "Table not found")

        result = self.invoke("items", "adopt", "--env", "dev", TABLE, "--yes")

        self.assertEqual(result.exit_code, 1)
        self.assertIn(f"error: there is no table {TABLE} in this region", result.stderr)

    def test_a_refusal_while_scanning_names_the_line_to_continue(self) -> None:
        self.expect_table("pk")
        self.dynamodb.add_client_error("scan", "ThrottlingException", "slow down")
        self.clients["lambda"] = Lambda()

        result = self.invoke("items", "adopt", "--env", "dev", TABLE, "--run", RUN, "--yes")

        self.assertEqual(result.exit_code, 1)
        self.assertIn(f"To continue: pluggy-lambda items adopt --env dev --run {RUN} {TABLE}", result.stderr)

    def test_nothing_is_imported_without_a_confirmation(self) -> None:
        self.expect_table("pk")
        self.clients["lambda"] = client = Lambda()

        result = self.invoke("items", "adopt", "--env", "dev", TABLE)

        self.assertEqual((result.exit_code, client.commands), (2, []))

    def test_hostile_rows_are_left_out(self) -> None:
        for hostile in ({"pk": {"N": "1"}}, row("x"), row(f"{ONE}'; --")):
            self.assertIsNone(adoption._item(hostile))
        self.assertEqual(adoption._item(row(ONE, owner={"S": ""})), NamedItem(ONE, None))


if __name__ == "__main__":
    unittest.main()
