import contextlib
import io
import json
import os
import unittest
from collections.abc import Iterator
from unittest import mock

from pluggy_lambda.console import Console


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

        self.assertEqual(
            json.loads(out.getvalue()),
            {"version": 1, "command": "items inspect", "environment": "dev", "result": {"bank": "Itaú [/x]"}},
        )


if __name__ == "__main__":
    unittest.main()
