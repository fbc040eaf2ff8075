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

    def test_windows_has_another_quotation_mark(self) -> None:
        with mock.patch.object(os, "name", "nt"):
            self.assertEqual(resume.quoted(["a b", "c"]), '"a b" c')


if __name__ == "__main__":
    unittest.main()
