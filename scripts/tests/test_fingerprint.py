import tempfile
import unittest
from pathlib import Path
from unittest import mock

from stack import fingerprint, paths


class Fingerprints(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.object(paths, "ROOT", self.root))
        self.file = self.root / "functions" / "lib.rs"
        self.file.parent.mkdir()
        self.file.write_text("one")

    def now(self) -> str:
        return fingerprint.of_files([self.root / "functions"])

    def test_content_counts_and_time_does_not(self) -> None:
        before = self.now()

        self.file.touch()
        self.assertEqual(self.now(), before)
        self.file.write_text("two")
        self.assertNotEqual(self.now(), before)

    def test_a_moved_file_counts(self) -> None:
        before = self.now()

        self.file.rename(self.file.with_name("main.rs"))

        self.assertNotEqual(self.now(), before)

    def test_what_a_build_leaves_behind_does_not_count(self) -> None:
        before = self.now()

        (self.file.parent / "target").mkdir()
        (self.file.parent / "target" / "output").write_text("built")

        self.assertEqual(self.now(), before)

    def test_a_stamp_holds_for_its_own_input_until_it_is_cleared(self) -> None:
        stamp = fingerprint.Stamp(self.root / "run" / "built")

        self.assertFalse(stamp.matches("input"))
        stamp.write("input")
        self.assertTrue(stamp.matches("input"))
        self.assertFalse(stamp.matches("another"))
        stamp.clear()
        self.assertFalse(stamp.matches("input"))
