import unittest

import seeded_bugs

from stack import paths


class SeededBugs(unittest.TestCase):
    def test_each_bug_has_its_place_in_the_code_once(self) -> None:
        for bug in seeded_bugs.bugs():
            with self.subTest(bug.name):
                self.assertTrue(bug.is_in(paths.ROOT))
                self.assertNotEqual(bug.before, bug.after)

    def test_each_bug_is_named_by_a_check_whose_rule_a_test_states(self) -> None:
        tests = "".join(path.read_text(encoding="utf-8") for path in (paths.ROOT / "tests" / "histories").glob("*.rs"))
        for bug in seeded_bugs.bugs():
            with self.subTest(bug.name):
                self.assertTrue(f"`{bug.name}`" in tests, "no check names it")
                self.assertTrue(bug.rule in tests, "no check states its rule")


if __name__ == "__main__":
    unittest.main()
