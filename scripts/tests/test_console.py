import contextlib
import io
import unittest

from stack import console


def fails() -> bool:
    raise console.Failure("the stack has no page", "The lines above say why.")


class Parts(unittest.TestCase):
    def test_a_part_that_cannot_run_is_explained_and_does_not_pass(self) -> None:
        with contextlib.redirect_stderr(io.StringIO()) as printed:
            passed = [console.passes(part) for part in (fails, lambda: True, lambda: False)]

        self.assertEqual(passed, [False, True, False])
        self.assertIn("error: the stack has no page", printed.getvalue())
        self.assertIn("The lines above say why.", printed.getvalue())


if __name__ == "__main__":
    unittest.main()
