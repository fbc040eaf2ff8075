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

    def be_root_on(self, *, debian: bool) -> None:
        self.enterContext(mock.patch("os.geteuid", return_value=0))
        marker = self.folder / "debian_version"
        if debian:
            marker.write_text("12")
        self.enterContext(mock.patch.object(browser, "DEBIAN", marker))
        self.enterContext(mock.patch.object(browser, "UBUNTU", self.folder / "lsb-release"))

    def provide(self, name: str, script: str = "") -> str:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")
        program.chmod(0o755)
        return str(program)

    def test_a_browser_of_the_machine_is_found(self) -> None:
        chrome = self.provide("google-chrome")
        self.assertEqual(browser.executable(self.folder), chrome)

        chromium = self.provide("chromium")
        self.assertEqual(browser.executable(self.folder), chromium)

    def test_a_named_browser_comes_first(self) -> None:
        self.provide("chromium")
        mine = self.provide("my-browser")

        with mock.patch.dict(os.environ, {browser.VARIABLE: mine}):
            self.assertEqual(browser.executable(self.folder), mine)

    def test_a_named_browser_is_not_replaced_by_another(self) -> None:
        self.provide("chromium")

        named = mock.patch.dict(os.environ, {browser.VARIABLE: "/nowhere/chromium"})
        with named, self.assertRaisesRegex(console.Failure, "/nowhere/chromium"):
            browser.executable(self.folder)

    def test_on_debian_root_gets_the_systems_package(self) -> None:
        self.be_root_on(debian=True)
        target = self.folder / "chromium"
        self.provide("apt-get", f'case "$1" in install) echo >{target}; chmod +x {target};; esac')

        self.assertEqual(browser.executable(self.folder), str(target))

    def test_elsewhere_playwright_downloads_one(self) -> None:
        self.be_root_on(debian=False)
        (self.folder / "node_modules" / "playwright-core").mkdir(parents=True)
        target = self.folder / "downloaded"
        self.provide("node", f'case "$2" in install) echo >{target};; *) printf %s {target};; esac')

        self.assertEqual(browser.executable(self.folder), str(target))

    def test_a_download_that_fails_is_no_browser(self) -> None:
        self.be_root_on(debian=False)
        (self.folder / "node_modules" / "playwright-core").mkdir(parents=True)
        self.provide("node", "exit 1")

        with self.assertRaises(console.Failure):
            browser.executable(self.folder)

    def test_without_one_the_failure_says_how_to_get_it(self) -> None:
        self.be_root_on(debian=False)
        with self.assertRaises(console.Failure) as raised:
            browser.executable(self.folder)

        self.assertIn("apt install chromium", raised.exception.remedy)
        self.assertIn("CHROMIUM=<path>", raised.exception.remedy)
