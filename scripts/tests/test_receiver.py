import json
import os
import subprocess
import sys
import unittest
from typing import Any

from stack import backend, machine

KEY = "k" * 64
ID = "2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3"

# Each receives the requests whose keys and bodies it gets as JSON, one after the other. The work fails while the event
# says so. Prints the statuses and the events that were handled.
PROGRAMS = {
    "Node.js": [
        "node", "--input-type=module", "--eval",
        "import { receive } from './receive.mjs'\n"
        "const [known, handled, statuses] = [new Set(), [], []]\n"
        "const seen = { has: async (id) => known.has(id), add: async (id) => void known.add(id) }\n"
        "const handle = async (event) => {\n"
        "  handled.push(event)\n"
        "  if (event.detail.failures >= handled.length) throw new Error('not now')\n"
        "}\n"
        "for (const [key, body] of JSON.parse(process.argv[1])) {\n"
        "  statuses.push(await receive(key ?? undefined, body, seen, handle))\n"
        "}\n"
        "console.log(JSON.stringify([statuses, handled]))",
    ],
    "Python": [
        sys.executable, "-c",
        "import json, sys\n"
        "from receive import receive\n"
        "class Seen(set):\n"
        "    has = set.__contains__\n"
        "handled, statuses, seen = [], [], Seen()\n"
        "def handle(event):\n"
        "    handled.append(event)\n"
        "    if event['detail'].get('failures', 0) >= len(handled):\n"
        "        raise RuntimeError('not now')\n"
        "for key, body in json.loads(sys.argv[1]):\n"
        "    statuses.append(receive(key, body.encode(), seen, handle))\n"
        "print(json.dumps([statuses, handled]))",
    ],
}  # fmt: skip


def event(**changes: Any) -> dict[str, Any]:
    return {"type": "item.ready", "detail": {"schemaVersion": 1, "id": ID, **changes}}


def run(program: str, requests: list[Any], key: str | None = KEY) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("EVENTS_KEY", None)
    if key is not None:
        environment["EVENTS_KEY"] = key
    command = [*PROGRAMS[program], json.dumps(requests)]
    return subprocess.run(command, cwd=backend.FOLDER, env=environment, capture_output=True, text=True, check=False)


class Receiver(unittest.TestCase):
    """The receivers of examples/backend, to which EventBridge sends the events."""

    @classmethod
    def setUpClass(cls) -> None:
        machine.require("node")

    def check(self, requests: list[Any], statuses: list[int], handled: list[Any]) -> None:
        for program in PROGRAMS:
            with self.subTest(program=program):
                result = run(program, requests)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(json.loads(result.stdout), [statuses, handled])

    def test_an_event_is_handled_once_however_often_it_comes(self) -> None:
        other = event(id="another")
        self.check(
            [[KEY, json.dumps(event())], [KEY, json.dumps(event())], [KEY, json.dumps(other)]],
            [204, 204, 204],
            [event(), other],
        )

    def test_an_event_whose_work_failed_is_handled_again(self) -> None:
        failing = event(failures=1)
        self.check([[KEY, json.dumps(failing)]] * 3, [500, 204, 204], [failing, failing])

    def test_a_request_without_the_key_is_refused_and_handled_by_nobody(self) -> None:
        keys = [None, "", KEY[:-1], KEY + "k", KEY.upper(), f" {KEY}", "caf\u00e9", KEY[:-1] + "j"]
        self.check([[key, json.dumps(event())] for key in keys], [401] * len(keys), [])

    def test_what_is_no_event_of_this_schema_is_left_to_a_person(self) -> None:
        bodies = ["", "{", "null", "[]", "1", "{}", '{"detail":null}', '{"detail":{"schemaVersion":1}}']
        bodies += [json.dumps(event(schemaVersion=2)), json.dumps(event(id=None))]
        self.check([[KEY, body] for body in bodies], [400] * len(bodies), [])

    def test_without_a_key_it_does_not_start(self) -> None:
        for program in PROGRAMS:
            for key in (None, ""):
                with self.subTest(program=program, key=key):
                    result = run(program, [["", json.dumps(event())]], key)
                    self.assertNotEqual(result.returncode, 0)
                    self.assertIn("EVENTS_KEY", result.stderr)

    def test_a_failure_is_logged_without_what_is_personal(self) -> None:
        for program in PROGRAMS:
            with self.subTest(program=program):
                result = run(program, [[KEY, json.dumps(event(failures=1, owner="usr_01J9X"))]])
                self.assertIn(ID, result.stderr)
                self.assertNotIn("usr_01J9X", result.stderr)
                self.assertNotIn("not now", result.stderr)


if __name__ == "__main__":
    unittest.main()
