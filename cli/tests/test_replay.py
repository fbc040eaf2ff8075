import json
import unittest
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from pluggy_lambda import moment
from pluggy_lambda.console import Console
from pluggy_lambda.errors import Failure, InterruptedFailure, NoCredentialsError, WrongUsageError
from pluggy_lambda.jobs import replay
from pluggy_lambda.jobs.replay import Progress, ReplayJob
from pluggy_lambda.pace import Pace, limit
from pluggy_lambda.progress import Rows
from tests.support import RUN, Lambda, Project, check_golden

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = "9a7b6c5d-0000-4000-8000-000000000001"


def step(replayed: int, cursor: str | None) -> dict[str, Any]:
    return {"result": "replayed", "replayed": replayed, "known": 1, "scanned": 100, "rows": 1_000, "cursor": cursor}


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def pace(self, rate: float) -> Pace:
        return Pace(rate, lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Since(unittest.TestCase):
    def test_a_span_is_counted_back_from_now(self) -> None:
        for text, expected in [
            ("90m", "2026-11-23T10:30:00Z"),
            ("24h", "2026-11-22T12:00:00Z"),
            ("7d", "2026-11-16T12:00:00Z"),
            ("2026-11-23T09:00:00-03:00", "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"),
        ]:
            self.assertEqual(moment.text(moment.chosen(text, NOW)), expected, text)

    def test_a_time_without_a_zone_is_not_guessed(self) -> None:
        for text in ["yesterday", "2026-11-23T12:00:00", "0h", "12", "-1d"]:
            with self.assertRaisesRegex(WrongUsageError, f"--since {text}"):
                moment.chosen(text, NOW)


class Line(unittest.TestCase):
    def test_it_has_the_speed_and_the_time_left(self) -> None:
        progress = Progress(Rows(6_000, 0, 36_000, 10), 2_500, 12)

        self.assertEqual(
            progress.status(),
            "2,500 fetches requested (12 requested before), 251 a second, about 50 s left, "
            "6,000 of about 36,000 event rows read",
        )
        self.assertEqual(
            str(progress), "2,500 fetches requested (12 requested before), 6,000 of about 36,000 event rows read"
        )

    def test_the_time_left_counts_the_rows_of_an_interrupted_command(self) -> None:
        for rows, expected in [
            (Rows(100, 700, 1_000, 10), ", about 20 s left"),
            (Rows(100, 0, 1_001, 10), ", about 2 min left"),
            (Rows(100, 0, 100_100, 10), ", about 2 h 47 min left"),
        ]:
            self.assertEqual(rows.time_left(), expected)

    def test_no_time_is_invented(self) -> None:
        for rows in [
            Rows(100, 0, None, 10),
            Rows(100, None, 1_000, 10),
            Rows(0, 0, 1_000, 10),
            Rows(100, 0, 1_000, 0.5),
            Rows(100, 0, 90, 10),
        ]:
            self.assertNotIn("left", Progress(rows, 1).status(), rows)

    def test_a_number_of_rows_is_named_only_if_it_is_known(self) -> None:
        for rows, expected in [
            (Rows(), ""),
            (Rows(1), ", 1 event row read"),
            (Rows(100, 0, 90), ", 100 event rows read"),
            (Rows(100, 20, 1_000), ", 120 of about 1,000 event rows read"),
            (Rows(100, None, 1_000), ""),
        ]:
            self.assertEqual(rows.text("event row"), expected)

    def test_a_low_speed_has_a_decimal(self) -> None:
        for done, expected in [(20, ", 2.0 a second"), (5, ", 0.5 a second"), (0, ""), (12_345, ", 1,234 a second")]:
            self.assertEqual(Rows(seconds=10).speed(done), expected)
        self.assertEqual(Rows(seconds=0.9).speed(100), "")


class Run(unittest.TestCase):
    job = ReplayJob("clientUserId", "usr 1", RUN)

    def test_it_runs_until_there_is_no_cursor(self) -> None:
        steps, commands = [step(25, "a"), step(5, None)], []

        def ask(command: dict[str, Any]) -> dict[str, Any]:
            commands.append(command)
            return steps.pop(0)

        progress = replay.run(self.job, ask, Clock().pace(2), "dev", lambda _: None)

        self.assertEqual(progress, Progress(Rows(200, 0, None, 15), 30, 2))
        command = {"action": "replay", "run": RUN, "clientUserId": "usr 1", "limit": 25}
        self.assertEqual(commands, [command, {**command, "cursor": "a"}])

    def test_it_is_never_faster_than_the_rate(self) -> None:
        clock, asked_at = Clock(), []
        steps = [step(25, "a"), step(0, "b"), step(10, "c"), step(25, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            asked_at.append(clock.now)
            return steps.pop(0)

        replay.run(self.job, ask, clock.pace(5), "dev", lambda _: None)

        self.assertEqual(asked_at, [0, 5, 5, 7])

    def test_the_rate_counts_from_the_begin_of_a_step(self) -> None:
        clock, asked_at = Clock(), []
        steps = [step(1_500, "a"), step(1_500, "b"), step(10, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            asked_at.append(clock.now)
            clock.now += 4
            return steps.pop(0)

        replay.run(self.job, ask, clock.pace(300), "dev", lambda _: None)

        self.assertEqual(asked_at, [0, 5, 10])

    def test_the_speed_never_exceeds_the_rate(self) -> None:
        clock, shown = Clock(), []
        steps = [step(1_500, "a"), step(1_500, "b"), step(1_500, "c"), step(0, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            clock.now += 1
            return steps.pop(0)

        replay.run(self.job, ask, clock.pace(300), "dev", lambda so_far: shown.append(so_far.status()))

        self.assertEqual(len(shown), 4)
        for line in shown[:3]:
            self.assertIn(", 300 a second, ", line)

    def test_an_invocation_does_what_the_rate_allows_in_five_seconds(self) -> None:
        for rate, expected in [(0.5, 25), (2, 25), (10.1, 51), (300, 1_500), (1_000, 5_000)]:
            self.assertEqual(limit(rate), expected, rate)

    def test_every_early_end_names_the_command_to_continue(self) -> None:
        for error, kind, expected in [
            (KeyboardInterrupt(), InterruptedFailure, "interrupted: 25 fetches requested"),
            (Failure("boom", "Repair it."), Failure, "boom"),
            (NoCredentialsError("expired", "Sign in."), NoCredentialsError, "expired"),
        ]:
            answers = iter([step(25, "a")])

            def ask(_: dict[str, Any], answers: Any = answers, error: BaseException = error) -> dict[str, Any]:
                for answer in answers:
                    return answer
                raise error

            with self.assertRaisesRegex(kind, expected) as raised:
                replay.run(self.job, ask, Clock().pace(2), "prod", lambda _: None)

            self.assertIs(type(raised.exception), kind)
            line = f"To continue: pluggy-lambda replay --env prod --user 'usr 1' --run {RUN} --cursor a --read 100"
            self.assertTrue(raised.exception.remedy.endswith(line), raised.exception.remedy)


class Command(Project):
    def setUp(self) -> None:
        super().setUp()
        self.deploy()
        self.sleep = self.enterContext(mock.patch("time.sleep"))

    def test_each_selection_is_sent_to_the_function(self) -> None:
        for arguments, expected in [
            ([ITEM], {"itemId": ITEM}),
            (["--user", "usr 1"], {"clientUserId": "usr 1"}),
            (["--since", "2026-11-23T12:00:00Z"], {"since": "2026-11-23T12:00:00Z"}),
        ]:
            self.clients["lambda"] = client = Lambda(step(25, "a"), step(5, None))

            result = self.invoke("replay", "--env", "dev", "--run", RUN, *arguments)

            self.assertEqual(result.exit_code, 0, result.output)
            first, second = client.commands
            self.assertEqual(first | expected, first)
            self.assertEqual((first["action"], first["audit"]["run"], second["cursor"]), ("replay", RUN, "a"))
            self.assertEqual(client.functions, ["the-operator"] * 2)

    def test_the_result_is_printed(self) -> None:
        self.clients["lambda"] = Lambda(step(25, "a"), step(5, None))

        result = self.invoke("replay", "--env", "dev", "--run", RUN, "--since", "24h")

        check_golden(self, "replay.txt", result.stdout)

    def test_the_result_is_a_document(self) -> None:
        self.clients["lambda"] = Lambda(step(25, None))

        result = self.invoke("replay", "--env", "dev", "--run", RUN, ITEM, "--json")

        check_golden(self, "replay.json", result.stdout)

    def test_an_interrupted_replay_prints_the_line_that_continues_it(self) -> None:
        self.clients["lambda"] = Lambda(step(25, "events.a-b"), KeyboardInterrupt())

        result = self.invoke("replay", "--env", "dev", "--run", RUN, "--user", "usr 1")

        self.assertEqual(result.exit_code, 130)
        check_golden(self, "replay_interrupted.txt", result.stderr)

    def test_the_printed_line_continues_the_replay(self) -> None:
        line = ["replay", "--env", "dev", "--user", "usr 1", "--run", RUN, "--cursor", "events.a-b"]
        self.clients["lambda"] = client = Lambda(step(1, None))

        result = self.invoke(*line, "--read", "700", "--rate", "10.5")

        self.assertEqual(result.exit_code, 0)
        command = {"action": "replay", "run": RUN, "clientUserId": "usr 1", "cursor": "events.a-b", "limit": 53}
        self.assertEqual({**client.commands[0], **command}, client.commands[0])
        self.assertIn(", 800 event rows read\n", result.stdout)

    def test_an_interrupted_continuation_counts_the_rows_before_it(self) -> None:
        for read, expected in [(["--read", "700"], " --read 800"), (["--read", "0"], " --read 100"), ([], "")]:
            self.clients["lambda"] = Lambda(step(1, "events.b"), KeyboardInterrupt())

            line = ["replay", "--env", "dev", "--since", "2026-11-23T12:00:00Z", "--run", RUN]
            result = self.invoke(*line, "--cursor", "events.a", *read, "--rate", "10")

            expected = f"pluggy-lambda {' '.join(line)} --cursor events.b{expected} --rate 10\n"
            self.assertTrue(result.stderr.endswith(f"hint: To continue: {expected}"), result.stderr)

    def test_the_line_that_repeats_the_run_is_printed_before_anything_is_requested(self) -> None:
        for arguments, expected in [
            (["--since", "2026-11-23T12:00:00Z"], f"--since 2026-11-23T12:00:00Z --run {RUN} --rate 500"),
            (["--user", "usr 1"], f"--user 'usr 1' --run {RUN} --rate 500"),
        ]:
            self.clients["lambda"] = Lambda(error="boom")

            result = self.invoke("replay", "--env", "dev", *arguments, "--run", RUN, "--rate", "500")

            before, _, _ = result.stderr.partition("error: ")
            self.assertIn(f": pluggy-lambda replay --env dev {expected}\n", before)

    def test_one_item_needs_no_such_line(self) -> None:
        self.clients["lambda"] = Lambda(step(1, None))

        self.assertEqual(self.invoke("replay", "--env", "dev", ITEM).stderr, "")

    def test_the_rate_is_waited_for(self) -> None:
        self.clients["lambda"] = Lambda(step(25, "a"), step(0, None))

        self.invoke("replay", "--env", "dev", "--since", "24h", "--rate", "10")

        [waited] = [call.args[0] for call in self.sleep.call_args_list]
        self.assertAlmostEqual(waited, 2.5, delta=0.5)

    def test_the_speed_and_the_time_left_are_shown(self) -> None:
        self.clients["lambda"] = Lambda(step(25, "a"), step(0, None))

        with mock.patch.object(Console, "progress") as progress:
            self.invoke("replay", "--env", "dev", "--since", "24h")

        [first, _] = [call.args[0] for call in progress.call_args_list]
        self.assertRegex(first, r", \d\.\d a second, about \d+ min left, 100 of about 1,000 event rows read$")

    def test_wrong_usage_reaches_no_function(self) -> None:
        for arguments, expected in [
            ([], "name an item, --user or --since"),
            ([ITEM, "--since", "1h"], "name an item, --user or --since"),
            (["--since", "yesterday"], "--since yesterday is neither"),
            (["--since", "1h", "--rate", "0"], "invalid value for '--rate'"),
            (["--since", "1h", "--rate", "1001"], "invalid value for '--rate'"),
            (["--since", "1h", "--rate", "nan"], "invalid value for '--rate'"),
            (["--since", "1h", "--started", "2026-11-23T12:00:00Z"], "--started belongs to --bus"),
            (["--since", "1h", "--cursor", "a", "--read", "-1"], "invalid value for '--read'"),
            (["--since", "1h", "--cursor", "a", "--read", "many"], "invalid value for '--read'"),
            (["--since", "1h", "--read", "100"], "--read belongs to --cursor"),
            (["--bus", "--since", "1h", "--read", "100"], "--read belongs to --cursor"),
            (["--bus", ITEM], "--bus publishes everything"),
            (["--bus", "--user", "usr_1"], "--bus publishes everything"),
        ]:
            result = self.invoke("replay", "--env", "dev", *arguments)

            self.assertEqual(result.exit_code, 2, arguments)
            self.assertIn(f"error: {expected}", result.stderr)
            self.assertIn("\n\nhint: ", result.stderr)

    def test_what_a_function_says_is_no_markup(self) -> None:
        self.clients["lambda"] = Lambda({"errorMessage": "[/x] the bank says [bold]no[/bold] \x1b[2J"})

        result = self.invoke("replay", "--env", "dev", ITEM)

        self.assertEqual(result.exit_code, 1)
        self.assertIn("[/x] the bank says [bold]no[/bold] \N{REPLACEMENT CHARACTER}[2J", result.stderr)

    def test_the_function_may_report_more_than_this_version_knows(self) -> None:
        self.clients["lambda"] = Lambda({**step(1, None), "pages": 3})

        result = self.invoke("replay", "--env", "dev", ITEM, "--json")

        self.assertEqual(json.loads(result.stdout)["result"]["requested"], 1)


if __name__ == "__main__":
    unittest.main()
