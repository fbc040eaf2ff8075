import unittest
from datetime import UTC, datetime
from typing import Any

from stack import console, replay_job
from stack.pace import Pace, per_second
from stack.replay_job import Progress, ReplayJob

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUN = "2f1e0d9c-0000-4000-8000-000000000020"


def step(replayed: int, cursor: str | None) -> dict[str, Any]:
    return {"replayed": replayed, "known": 1, "scanned": 100, "rows": 1_000, "cursor": cursor}


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def pace(self, rate: float) -> Pace:
        return Pace(rate, lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Choices(unittest.TestCase):
    def chosen(self, **choices: str) -> ReplayJob:
        return ReplayJob.chosen({"RUN": RUN, **choices}, NOW)

    def test_a_span_is_counted_back_from_now(self) -> None:
        for text, expected in [
            ("90m", "2026-11-23T10:30:00Z"),
            ("24h", "2026-11-22T12:00:00Z"),
            ("7d", "2026-11-16T12:00:00Z"),
            ("2026-11-23T09:00:00-03:00", "2026-11-23T12:00:00Z"),
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"),
        ]:
            self.assertEqual(self.chosen(SINCE=text).command()["since"], expected, text)

    def test_a_time_without_a_zone_is_not_guessed(self) -> None:
        for text in ["yesterday", "2026-11-23T12:00:00", "0h", "12", "-1d"]:
            with self.assertRaisesRegex(console.Failure, "SINCE="):
                self.chosen(SINCE=text)

    def test_exactly_one_choice_is_needed(self) -> None:
        for choices in [{}, {"ITEM": "1", "SINCE": "1h"}, {"ITEM": "", "OPERATOR_USER": ""}]:
            with self.assertRaisesRegex(console.Failure, "ITEM, USER or SINCE is missing"):
                self.chosen(**choices)

    def test_each_replay_has_its_own_run_unless_one_is_named(self) -> None:
        runs = {ReplayJob.chosen({"ITEM": "1"}, NOW).run for _ in range(2)}

        self.assertEqual(len(runs), 2)
        self.assertEqual(self.chosen(ITEM="1").run, RUN)

    def test_the_rate_is_a_number(self) -> None:
        self.assertEqual((per_second(""), per_second("0.5")), (2.0, 0.5))
        for text in ["0", "-1", "fast", "nan", "1001"]:
            with self.assertRaisesRegex(console.Failure, "RATE="):
                per_second(text)

    def test_an_invocation_does_what_the_rate_allows_in_five_seconds(self) -> None:
        for rate, limit in [("", 25), ("0.5", 25), ("300", 1_500), ("1000", 5_000)]:
            self.assertEqual(self.chosen(ITEM="1", RATE=rate).command()["limit"], limit, rate)

    def test_the_rows_read_before_are_known_only_if_they_are_named(self) -> None:
        for choices, read in [
            ({}, 0),
            ({"CURSOR": "a", "READ": "1200"}, 1_200),
            ({"CURSOR": "a"}, None),
            ({"CURSOR": "a", "READ": "many"}, None),
        ]:
            self.assertEqual(self.chosen(SINCE="1h", **choices).read, read, choices)


class Lines(unittest.TestCase):
    def test_the_line_has_the_speed_and_the_time_left(self) -> None:
        progress = Progress(2_500, 0, 6_000, 0, 36_000, 10)

        self.assertEqual(
            progress.status(),
            "2,500 fetches requested, 6,000 of about 36,000 event rows read, 250 a second, about 50 s left",
        )
        self.assertEqual(str(progress), "2,500 fetches requested, 6,000 of about 36,000 event rows read")

    def test_the_time_left_counts_the_rows_of_an_interrupted_command(self) -> None:
        self.assertTrue(Progress(1, 0, 100, 700, 1_000, 10).status().endswith(", about 20 s left"))
        self.assertTrue(Progress(1, 0, 100, 0, 100_100, 10).status().endswith(", about 2 h 47 min left"))

    def test_no_time_is_invented(self) -> None:
        for progress in [
            Progress(1, 0, 100, 0, None, 10),
            Progress(1, 0, 100, None, 1_000, 10),
            Progress(1, 0, 0, 0, 1_000, 10),
            Progress(1, 0, 100, 0, 1_000, 0.5),
            Progress(1, 0, 100, 0, 90, 10),
        ]:
            self.assertNotIn("left", progress.status(), progress)


class Run(unittest.TestCase):
    job = ReplayJob("clientUserId", "usr 1", RUN)

    def test_it_runs_until_there_is_no_cursor(self) -> None:
        steps, commands = [step(25, "a"), step(5, None)], []

        def ask(command: dict[str, Any]) -> dict[str, Any]:
            commands.append(command)
            return steps.pop(0)

        progress = replay_job.run(self.job, ask, Clock().pace(2), "", lambda _: None, lambda: 0)

        self.assertEqual(progress, Progress(30, 2, 200, 0, 1_000))
        command = {"action": "replay", "run": RUN, "clientUserId": "usr 1", "limit": 25}
        self.assertEqual(commands, [command, {**command, "cursor": "a"}])

    def test_it_is_never_faster_than_the_rate(self) -> None:
        clock, asked_at = Clock(), []
        steps = [step(25, "a"), step(0, "b"), step(10, "c"), step(25, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            asked_at.append(clock.now)
            return steps.pop(0)

        replay_job.run(self.job, ask, clock.pace(5), "", lambda _: None)

        self.assertEqual(asked_at, [0, 5, 5, 7])

    def test_the_rate_counts_from_the_begin_of_a_step(self) -> None:
        clock, asked_at = Clock(), []
        steps = [step(1_500, "a"), step(1_500, "b"), step(10, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            asked_at.append(clock.now)
            clock.now += 4
            return steps.pop(0)

        replay_job.run(self.job, ask, clock.pace(300), "", lambda _: None)

        self.assertEqual(asked_at, [0, 5, 10])

    def test_every_early_end_names_the_command_to_continue(self) -> None:
        for error, expected in [
            (KeyboardInterrupt(), "interrupted: 25 fetches requested"),
            (console.Failure("boom", "Repair it."), "boom"),
        ]:
            answers = iter([step(25, "a")])

            def ask(_: dict[str, Any], answers: Any = answers, error: BaseException = error) -> dict[str, Any]:
                for answer in answers:
                    return answer
                raise error

            with self.assertRaisesRegex(console.Failure, expected) as raised:
                replay_job.run(self.job, ask, Clock().pace(2), "prod", lambda _: None)

            self.assertTrue(
                raised.exception.remedy.endswith(
                    f"To continue: make replay USER='usr 1' RUN={RUN} CURSOR=a READ=100 ENV=prod"
                ),
                raised.exception.remedy,
            )
