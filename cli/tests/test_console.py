import contextlib
import io
import json
import os
import subprocess
import sys
import unittest
from collections.abc import Iterator
from typing import Any
from unittest import mock

from pluggy_lambda.console import Console
from tests.support import ROOT

ONLY = ("--only", "credentials", "--only", "region")


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def printed(stream: type[io.StringIO] = io.StringIO) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    out, err = stream(), stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err


class Output(unittest.TestCase):
    def setUp(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        self.enterContext(mock.patch.dict(os.environ, {**kept, "TERM": "xterm-256color"}, clear=True))

    def test_an_error_is_a_sentence_an_empty_line_and_a_hint(self) -> None:
        with printed() as (out, err):
            Console().error("the stack is not there", "Deploy it.")

        self.assertEqual((out.getvalue(), err.getvalue()), ("", "error: the stack is not there\n\nhint: Deploy it.\n"))

    def test_values_are_no_markup_and_steer_no_terminal(self) -> None:
        hostile = "[/x] [bold]a[/bold] :warning: \x1b[2J\x07"
        with printed(Terminal) as (out, err):
            console = Console()
            console.result([hostile], {})
            console.say(hostile)
            console.error(hostile, hostile)
            console.progress(hostile)
            console.clear()

        self.assertIn("[/x] [bold]a[/bold] :warning: \N{REPLACEMENT CHARACTER}[2J", out.getvalue())
        for text in (out.getvalue(), err.getvalue()):
            self.assertNotIn("\x1b[2J\x07", text)
            self.assertNotIn("\x07", text)

    def test_colors_are_for_terminals_whose_owner_wants_them(self) -> None:
        for stream, variables, has_colors in [
            (Terminal, {}, True),
            (Terminal, {"NO_COLOR": "1"}, False),
            (io.StringIO, {}, False),
        ]:
            with mock.patch.dict(os.environ, variables), printed(stream) as (_, err):
                Console().error("no", "")

            self.assertEqual("\x1b[31m" in err.getvalue() or "\x1b[1;31m" in err.getvalue(), has_colors, variables)

    def test_a_log_gets_a_line_of_progress_after_each_ten_seconds(self) -> None:
        times = iter([0, 3, 9.9, 10, 10, 11])
        with printed() as (_, err):
            console = Console(clock=lambda: next(times))
            for number in range(4):
                console.progress(f"step {number}")

        self.assertEqual(err.getvalue(), "step 2\n")

    def test_a_narrow_terminal_shows_where_a_line_of_progress_is_cut_off(self) -> None:
        for width, expected in [("19", " 1,000 of about 90\n"), ("18", " 1,000 of about …\n")]:
            with mock.patch.dict(os.environ, {"COLUMNS": width}), printed(Terminal) as (_, err):
                console = Console()
                console.progress("1,000 of about 90")
                console.clear()

            self.assertIn(expected, err.getvalue(), width)

    def test_a_step_shows_its_duration_or_that_it_failed(self) -> None:
        times = iter([0, 1, 3.5, 4])
        with printed() as (_, err):
            console = Console(clock=lambda: next(times))
            with console.step("one"):
                pass
            with contextlib.suppress(ValueError), console.step("two"):
                raise ValueError

        self.assertEqual(err.getvalue(), "one ... 2.5 s\ntwo ... failed\n")

    def test_long_lines_are_not_cut(self) -> None:
        with printed() as (out, _):
            Console().result(["x" * 500], {})

        self.assertEqual(out.getvalue(), "x" * 500 + "\n")

    def test_a_document_is_the_only_thing_on_the_standard_output(self) -> None:
        with printed() as (out, _):
            console = Console("items inspect", "dev", as_json=True)
            console.say("a message")
            console.result(["text"], {"bank": "Itaú [/x]"})

        self.assertTrue(out.getvalue().isascii())
        self.assertEqual(
            json.loads(out.getvalue()),
            {"version": 1, "command": "items inspect", "environment": "dev", "result": {"bank": "Itaú [/x]"}},
        )


class Streams(unittest.TestCase):
    """The command line in a process of its own, whose streams have an encoding as on Windows."""

    def run_cli(self, *arguments: str, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
        variables = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "cli" / "src"),
            "PYTHONUTF8": "0",
            "PYTHONIOENCODING": "cp1252",
        }
        command = [sys.executable, "-m", "pluggy_lambda", *arguments]
        capture = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run(command, env=variables, cwd=ROOT, input=stdin, check=False, **capture)

    def test_output_is_utf_8(self) -> None:
        result = self.run_cli("items", "inspect", "--env", "→ção")

        self.assertEqual(result.returncode, 2)
        self.assertIn("the environment →ção is unknown", result.stderr.decode("utf-8"))

    def test_input_is_utf_8(self) -> None:
        result = self.run_cli("items", "import", "--env", "dev", stdin="não,é\n".encode())
        broken = self.run_cli("items", "import", "--env", "dev", stdin=b"9a7b6c5d-0000-4000-8000-000000000001,\xff\n")

        self.assertIn("line 1 does not begin with an item's id", result.stderr.decode("utf-8"))
        self.assertIn("characters that cannot be printed", broken.stderr.decode("utf-8"))
        self.assertEqual((result.returncode, broken.returncode), (1, 1))

    def test_a_profile_that_does_not_exist_fails_its_check_and_is_not_named(self) -> None:
        with mock.patch.dict(os.environ, {"AWS_PROFILE": "maria-admin"}):
            result = self.run_cli("preflight", "--env", "dev", *ONLY, "--json")

        self.assertEqual(result.returncode, 4, result.stderr)
        for check in json.loads(result.stdout)["result"]["checks"]:
            self.assertEqual((check["outcome"], check["found"]), ("failed", "there are no AWS credentials"))
        self.assertNotIn(b"maria", result.stdout + result.stderr)

    @unittest.skipIf(os.name == "nt", "Windows has another error for this")
    def test_an_output_that_nobody_reads_ends_quietly(self) -> None:
        for arguments in (["--help"], ["preflight", "--env", "dev", "--only", "parameters", "--json"]):
            reader, writer = os.pipe()
            os.close(reader)
            try:
                result = self.run_cli(*arguments, stdout=writer)
            finally:
                os.close(writer)

            self.assertEqual((result.returncode, result.stderr), (1, b""), arguments)


if __name__ == "__main__":
    unittest.main()
