import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from stack import browser, console


class Browsers(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.dict(os.environ, {"PATH": str(self.folder)}))
        os.environ.pop(browser.VARIABLE, None)

    def provide(self, name: str) -> str:
        program = self.folder / name
        program.write_text("")
        program.chmod(0o755)
        return str(program)

    def test_a_browser_of_the_machine_is_found(self) -> None:
        chrome = self.provide("google-chrome")
        self.assertEqual(browser.executable(), chrome)

        chromium = self.provide("chromium")
        self.assertEqual(browser.executable(), chromium)

    def test_a_named_browser_comes_first(self) -> None:
        self.provide("chromium")
        mine = self.provide("my-browser")

        with mock.patch.dict(os.environ, {browser.VARIABLE: mine}):
            self.assertEqual(browser.executable(), mine)

    def test_a_named_browser_is_not_replaced_by_another(self) -> None:
        self.provide("chromium")

        named = mock.patch.dict(os.environ, {browser.VARIABLE: "/nowhere/chromium"})
        with named, self.assertRaisesRegex(console.Failure, "/nowhere/chromium"):
            browser.executable()

    def test_without_one_the_failure_says_how_to_get_it(self) -> None:
        with self.assertRaises(console.Failure) as raised:
            browser.executable()

        self.assertIn("apt install chromium", raised.exception.remedy)
        self.assertIn("CHROMIUM=<path>", raised.exception.remedy)
