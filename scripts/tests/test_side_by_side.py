import contextlib
import io
import threading
import unittest
from collections.abc import Callable

from stack import console, side_by_side
from stack.side_by_side import Step


def run(steps: list[Step]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        side_by_side.run(steps)
    return printed.getvalue()


class Steps(unittest.TestCase):
    def setUp(self) -> None:
        self.begun: list[str] = []

    def noting(self, name: str, then: Callable[[], object] = lambda: None) -> Callable[[], object]:
        def note() -> None:
            self.begun.append(name)
            then()

        return note

    def test_steps_run_at_the_same_time(self) -> None:
        # Each waits for the other: one after the other, they would never end.
        barrier = threading.Barrier(2, timeout=60)

        printed = run([Step("one", barrier.wait), Step("other", barrier.wait)])

        self.assertRegex(printed, r"(?s)(one|other) \.\.\. \d+\.\d s\n  (one|other) \.\.\. \d+\.\d s\n$")

    def test_a_step_begins_after_those_before_it(self) -> None:
        first = Step("first", self.noting("first"))
        second = Step("second", self.noting("second"), after=[first])
        third = Step("third", self.noting("third"), after=[first, second])

        run([third, second, first])

        self.assertEqual(self.begun, ["first", "second", "third"])

    def test_a_failure_is_raised_after_what_runs_has_ended_and_nothing_else_begins(self) -> None:
        has_failed = threading.Event()

        def fail() -> None:
            has_failed.set()
            raise console.Failure("no network", "Connect it.")

        failing = Step("failing", self.noting("failing", fail))
        slow = Step("slow", self.noting("slow", lambda: has_failed.wait(60)))
        with self.assertRaisesRegex(console.Failure, "no network"):
            run([failing, slow, Step("next", self.noting("next"), after=[slow])])

        self.assertEqual(sorted(self.begun), ["failing", "slow"])

    def test_a_step_that_can_never_begin_is_an_error(self) -> None:
        with self.assertRaisesRegex(ValueError, "second"):
            run([Step("second", self.noting("second"), after=[Step("left out", self.noting("left out"))])])


if __name__ == "__main__":
    unittest.main()
