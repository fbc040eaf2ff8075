import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from stack import console, fingerprint, paths, sandbox, widget_bundle
from stack.stack_file import Credentials

NODE = "#!/bin/sh\necho v20.19.0\n"
NPM = """#!/bin/sh
case "$1" in
  ci) mkdir -p node_modules ;;
  run) rm -rf dist && mkdir dist && echo page > dist/widget.html && echo built >> "$RUNS" ;;
esac
"""
BROKEN_NPM = """#!/bin/sh
case "$1" in
  ci) mkdir -p node_modules ;;
  run) rm -rf dist && mkdir dist && echo "Unexpected token" >&2 && exit 1 ;;
esac
"""


class WidgetBundle(unittest.TestCase):
    """The bundle of a folder like sandbox/widget, with programs in the place of Node.js."""

    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.sources = self.root / "sandbox" / "widget"
        self.sources.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", "main.tsx"):
            (self.sources / name).write_text("{}")
        self.programs = self.root / "bin"
        self.programs.mkdir()
        self.provide("node", NODE)
        self.provide("npm", NPM)
        bundle = self.sources / "dist"
        for module, name, value in (
            (paths, "ROOT", self.root),
            (widget_bundle, "SOURCES", self.sources),
            (widget_bundle, "BUNDLE", bundle),
            (widget_bundle, "STAMP", fingerprint.Stamp(bundle / "built-from")),
        ):
            self.enterContext(mock.patch.object(module, name, value))
        path = f"{self.programs}{os.pathsep}{os.defpath}"
        self.enterContext(mock.patch.dict(os.environ, {"PATH": path, "RUNS": str(self.root / "runs")}))
        self.printed = self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def provide(self, program: str, text: str) -> None:
        file = self.programs / program
        file.write_text(text)
        file.chmod(0o755)

    def builds(self) -> int:
        runs = self.root / "runs"
        return len(runs.read_text().splitlines()) if runs.exists() else 0

    def test_a_bundle_is_built_once(self) -> None:
        self.assertIsNone(widget_bundle.current())

        self.assertEqual(widget_bundle.build(), self.sources / "dist")
        self.assertEqual(widget_bundle.build(), self.sources / "dist")

        self.assertEqual(widget_bundle.current(), self.sources / "dist")
        self.assertEqual(self.builds(), 1)

    def test_a_changed_source_and_a_removed_bundle_are_built_again(self) -> None:
        widget_bundle.build()

        (self.sources / "main.tsx").write_text("changed")
        self.assertIsNone(widget_bundle.current())
        widget_bundle.build()
        (self.sources / "dist" / "built-from").unlink()
        widget_bundle.build()

        self.assertEqual(self.builds(), 3)

    def test_a_failed_build_says_why_and_is_no_bundle(self) -> None:
        widget_bundle.build()
        (self.sources / "main.tsx").write_text("changed")
        self.provide("npm", BROKEN_NPM)

        with self.assertRaisesRegex(console.Failure, "Unexpected token"):
            widget_bundle.build()

        self.assertIsNone(widget_bundle.current())
        self.assertFalse((self.sources / "dist" / "widget.html").exists())

    def test_without_node_the_pages_are_left_out_and_a_line_says_so(self) -> None:
        self.provide("node", "#!/bin/sh\nexit 1\n")

        widget_bundle.build_if_possible()

        self.assertIn("the widget's pages are left out: Node.js 20.19 or newer is needed", self.printed.getvalue())
        self.assertIsNone(widget_bundle.current())
        self.assertEqual(self.builds(), 0)

    def test_where_it_is_possible_the_pages_are_built(self) -> None:
        widget_bundle.build_if_possible()

        self.assertIsNotNone(widget_bundle.current())

    def test_the_sandbox_serves_a_bundle_of_the_present_sources_only(self) -> None:
        command = lambda: sandbox._command(Credentials("id", "secret", "secret"))  # noqa: E731
        self.assertNotIn("--widget", command())

        bundle = widget_bundle.build()
        self.assertEqual(command()[-2:], ["--widget", str(bundle)])

        (self.sources / "main.tsx").write_text("changed")
        self.assertNotIn("--widget", command())
