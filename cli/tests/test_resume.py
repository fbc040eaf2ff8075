import os
import unittest
from unittest import mock

from pluggy_lambda.jobs import resume
from pluggy_lambda.jobs.resume import Resume


class Line(unittest.TestCase):
    def test_hostile_values_are_quoted_for_a_posix_shell(self) -> None:
        with mock.patch.object(os, "name", "posix"):
            line = str(Resume("replay", "dev", {"--user": "a'b; rm -rf $HOME", "--cursor": "-x", "--run": "", "": "1"}))

        self.assertEqual(line, """pluggy-lambda replay --env dev --user 'a'"'"'b; rm -rf $HOME' --cursor=-x 1""")

    def test_an_argument_is_no_option(self) -> None:
        with mock.patch.object(os, "name", "posix"):
            line = str(Resume("items import", "dev", {"--run": "a", "": "--yes"}))

        self.assertEqual(line, "pluggy-lambda items import --env dev --run a -- --yes")

    def test_windows_has_other_quotation_marks(self) -> None:
        again = f'"{resume.AGAIN}"'
        with mock.patch.object(os, "name", "nt"):
            for word, expected in [
                ("c:\\a\\b.csv", "c:\\a\\b.csv"),
                ("a b", '"a b"'),
                ("a b\\", '"a b\\\\"'),
                ("a&calc|b<c>^(d)", '"a&calc|b<c>^(d)"'),
                ("--cursor=-a;b", '"--cursor=-a;b"'),
                ("é", '"é"'),
                ("", '""'),
                # cmd and PowerShell read these differently, whatever the quotation marks.
                ("%PATH%", again),
                ("$(calc)", again),
                ("a`b", again),
                ('a"&calc', again),
                ("a\u201d;calc", again),
                ("a\ncalc", again),
                ("--user=-$x", f"--user={again}"),
            ]:
                self.assertEqual(resume.quoted([word]), expected, word)

    def test_what_is_unknown_or_was_not_chosen_is_left_out(self) -> None:
        for position, expected in [
            (resume.position("", 0, None), ("", "", "")),
            (resume.position("a", 0, 2.0), ("a", "0", "2")),
            (resume.position("a", None, 0.5), ("a", "", "0.5")),
        ]:
            self.assertEqual(position, dict(zip(("--cursor", "--read", "--rate"), expected, strict=True)))


if __name__ == "__main__":
    unittest.main()
