import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import up

from stack import build, console, demo, fingerprint, local, machine, ministack, stack_file, widget_bundle

STACK = {
    "api": {"host": "api.localhost:4566"},
    "sandbox": {"url": "http://127.0.0.1:9100"},
    "aws": {"endpoint": "http://127.0.0.1:4566"},
}
# Of an earlier `make up`, with Node.js.
WITH_PAGE = STACK | {"demo": {"url": "http://localhost:3000"}}


class WithoutNode(unittest.TestCase):
    """`make up` on a machine without Node.js. What the stack itself does is left out."""

    def setUp(self) -> None:
        self.programs = empty = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.dict(os.environ, {"PATH": str(empty), "RELEASE": ""}))
        self.replace(demo, "STAMP", fingerprint.Stamp(empty / "built-from"))
        self.replace(demo, "PROCESS", mock.Mock(**{"is_running.return_value": False}))
        self.replace(build, "local", lambda: empty / "template.json")
        self.replace(local, "start", mock.Mock())
        self.replace(local, "deploy", lambda *_: WITH_PAGE)
        self.replace(local, "register_webhook", mock.Mock())
        self.replace(local, "walk_once", lambda _: {"itemId": "1", "phase": "ready"})
        self.replace(local, "exclusive", contextlib.nullcontext)
        self.replace(ministack, "reachable", contextlib.nullcontext)
        self.written = self.replace(stack_file, "write", mock.Mock())

    def replace(self, module: object, name: str, value: object) -> object:
        return self.enterContext(mock.patch.object(module, name, value))

    def test_it_says_so_and_goes_on_without_a_page(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            up.up()

        text = printed.getvalue()
        self.assertIn("the page is left out: Node.js 20.19 or newer is needed; it is missing. Install it: http", text)
        self.assertIn('"phase": "ready"', text)
        self.assertNotIn("See it", text)
        self.assertNotIn("localhost:3000", text)
        demo.PROCESS.start.assert_not_called()
        self.written.assert_called_once_with(STACK)

    def test_node_without_npm_is_not_enough(self) -> None:
        node = self.programs / "node"
        node.write_text("#!/bin/sh\necho v20.19.0\n")
        node.chmod(0o755)

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            up.up()

        self.assertIn("the page is left out: npm is missing. Install it with Node.js: http", printed.getvalue())
        self.assertIn('"phase": "ready"', printed.getvalue())

    def test_a_bundle_that_fails_stops_nothing_either(self) -> None:
        self.replace(machine, "require", mock.Mock())
        self.replace(widget_bundle, "build", mock.Mock())
        self.replace(demo, "bundle", mock.Mock(side_effect=console.Failure("npm run build failed: Unexpected token")))

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            up.up()

        self.assertIn("the page is left out: npm run build failed: Unexpected token", printed.getvalue())
        self.assertIn('"phase": "ready"', printed.getvalue())


if __name__ == "__main__":
    unittest.main()
