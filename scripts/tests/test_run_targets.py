import contextlib
import io
import tempfile
import threading
import unittest
from pathlib import Path

import run_targets

from stack import console, lock, side_by_side

MAKEFILE = """
build: ; @echo the build
test-template: ; @if [ -e failing ]; then echo the bug; exit 1; fi; echo the template
test-unit: ; @echo the units
"""


class RunOfTargets(unittest.TestCase):
    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(contextlib.chdir(folder))
        Path("Makefile").write_text(MAKEFILE)
        self.seconds: dict[str, float] = {}

    def run_of(self, targets: list[str]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            try:
                side_by_side.run(run_targets.steps(targets, self.seconds))
            except console.Failure as failure:
                console.line(str(failure))
        return printed.getvalue()

    def test_a_target_runs_after_those_it_needs(self) -> None:
        printed = self.run_of(["test-template", "test-unit", "build"])

        self.assertLess(printed.index("make build ..."), printed.index("make test-template begins"))
        self.assertEqual(sorted(self.seconds), ["build", "test-template", "test-unit"])

    def test_a_target_that_is_not_asked_for_does_not_run(self) -> None:
        self.run_of(["test-template"])

        self.assertEqual(list(self.seconds), ["test-template"])

    def test_the_output_of_a_target_is_in_one_piece(self) -> None:
        self.assertIn("\n===== make test-unit\nthe units\n", self.run_of(["test-unit"]))

    def test_a_failure_shows_its_output_and_names_the_target(self) -> None:
        Path("failing").touch()

        printed = self.run_of(["build", "test-template"])

        self.assertIn("the bug\n", printed)
        self.assertIn("make test-template failed", printed)

    def test_every_target_of_the_table_exists(self) -> None:
        makefile = (Path(run_targets.__file__).parents[1] / "Makefile").read_text()
        names = {*run_targets.AFTER, *(name for names in run_targets.AFTER.values() for name in names)}

        self.assertEqual([name for name in names if f"\n{name}:" not in makefile], [])


class Lock(unittest.TestCase):
    def test_a_lock_is_held_once(self) -> None:
        is_held = threading.Event()

        def hold() -> None:
            with lock.held("test"):
                is_held.set()

        with lock.held("test"):
            other = threading.Thread(target=hold)
            other.start()
            self.assertFalse(is_held.wait(0.2))
        other.join(60)

        self.assertTrue(is_held.is_set())


if __name__ == "__main__":
    unittest.main()
