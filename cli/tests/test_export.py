import json
import os
import stat
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from tests.support import Lambda, Project

USER = "usr_1"


def page(*rows: str, cursor: str | None = None, total: int | None = 7) -> dict[str, Any]:
    return {
        "result": "exported",
        "schemaVersion": 1,
        "exportedAt": f"2026-11-29T12:00:0{len(rows)}Z",
        "rows": [{"table": "EventTable", "attributes": {"sk": row}, "leftOut": []} for row in rows],
        "scanned": 3,
        "eventRows": total,
        "cursor": cursor,
    }


class Export(Project):
    def setUp(self) -> None:
        super().setUp()
        self.deploy()
        self.output = self.folder / "user.json"

    def export(self, *options: str) -> Any:
        return self.invoke("privacy", "export", "--env", "dev", USER, "--output", str(self.output), *options)

    def test_all_pages_are_one_document(self) -> None:
        self.clients["lambda"] = client = Lambda(page("1", cursor="a"), page(cursor="b", total=None), page("é", "3"))

        result = self.export("--json")

        self.assertEqual(result.exit_code, 0, result.output)
        document = json.loads(self.output.read_text(encoding="utf-8"))
        self.assertEqual(document.pop("rows"), page("1", "é", "3")["rows"])
        expected = {"schemaVersion": 1, "clientUserId": USER, "exportedAt": "2026-11-29T12:00:01Z"}
        self.assertEqual(document, expected)
        self.assertEqual([command.get("cursor") for command in client.commands], [None, "a", "b"])
        self.assertEqual({command["clientUserId"] for command in client.commands}, {USER})
        self.assertEqual(self.document(result)["result"], {"rows": 3, "output": str(self.output)})

    def test_a_user_of_whom_nothing_is_held_has_no_rows(self) -> None:
        self.clients["lambda"] = Lambda(page())

        result = self.export()

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(json.loads(self.output.read_text())["rows"], [])

    @unittest.skipIf(os.name == "nt", "Windows has no such modes")
    def test_nobody_else_can_read_the_file(self) -> None:
        self.clients["lambda"] = Lambda(page("1"))

        self.export()

        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), 0o600)

    def test_a_part_of_the_data_is_not_left(self) -> None:
        refused = {"result": "refused", "field": "cursor", "reason": "must be a cursor"}
        without = {"result": "exported", "rows": []}
        for bad in (refused, without):
            self.clients["lambda"] = Lambda(page("1", cursor="a"), bad)

            result = self.export()

            self.assertEqual(result.exit_code, 1)
            self.assertFalse(self.output.exists())

    @unittest.skipUnless(Path("/dev/full").exists(), "this system has no /dev/full")
    def test_a_full_disk_leaves_no_part(self) -> None:
        def full(descriptor: int, mode: str, *, encoding: str) -> Any:
            os.close(descriptor)
            return Path("/dev/full").open(mode, encoding=encoding)

        refused = {"result": "refused", "field": "cursor", "reason": "must be a cursor"}
        for pages in ([page("1")], [page("1", cursor="a"), refused]):
            self.clients["lambda"] = client = Lambda(*pages)
            self.output.unlink(missing_ok=True)

            with self.subTest(pages=len(pages)), mock.patch.object(os, "fdopen", full):
                result = self.export()

                self.assertEqual((result.exit_code, len(client.commands)), (1, len(pages)))
                self.assertIn("cannot be written: No space left on device", result.stderr)
                self.assertFalse(self.output.exists())

    def test_an_existing_file_is_not_replaced(self) -> None:
        self.output.write_text("older")
        self.clients["lambda"] = client = Lambda()

        result = self.export()

        self.assertEqual(result.exit_code, 1)
        self.assertIn("cannot be written", result.stderr)
        self.assertEqual(self.output.read_text(), "older")
        self.assertEqual(client.commands, [])
