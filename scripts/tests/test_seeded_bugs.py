import unittest

import seeded_bugs

from stack import console, paths


class SeededBugs(unittest.TestCase):
    def test_each_bug_has_its_place_in_the_code_once(self) -> None:
        for bug in seeded_bugs.bugs():
            with self.subTest(bug.name):
                self.assertTrue(bug.is_in(paths.ROOT))
                self.assertNotEqual(bug.before, bug.after)

    def test_each_bug_is_named_by_a_check_whose_rule_a_test_states(self) -> None:
        tests = "".join(path.read_text(encoding="utf-8") for path in (paths.ROOT / "tests" / "histories").rglob("*.rs"))
        for bug in seeded_bugs.bugs():
            with self.subTest(bug.name):
                self.assertTrue(f"`{bug.name}`" in tests, "no check names it")
                self.assertTrue(bug.rule in tests, "no check states its rule")

    def test_each_bug_has_a_rule_and_a_row_of_its_own(self) -> None:
        rules = [bug.rule for bug in seeded_bugs.bugs()]
        rows = [
            line
            for path in (paths.ROOT / "tests" / "histories").rglob("*.rs")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("//! |") and line.endswith("` |")
        ]

        self.assertEqual(len(set(rules)), len(rules))
        named = [row.rsplit("`", maxsplit=2)[1] for row in rows]
        self.assertEqual(sorted(set(named)), sorted(named), "two checks name one bug")
        self.assertLessEqual(set(named), {bug.name for bug in seeded_bugs.bugs()})

    def test_an_unknown_name_is_refused(self) -> None:
        names = [bug.name for bug in seeded_bugs.bugs()]

        self.assertEqual([bug.name for bug in seeded_bugs.chosen([])], names)
        self.assertEqual([bug.name for bug in seeded_bugs.chosen(names[1:2])], names[1:2])
        with self.assertRaisesRegex(console.Failure, "there is no seeded bug a-typo"):
            seeded_bugs.chosen([names[0], "a-typo"])


if __name__ == "__main__":
    unittest.main()
