import unittest
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from stack import console, republish_job
from stack.dead_letter_queue import Queue
from stack.pace import Pace
from stack.republish_job import Progress, RepublishJob

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JOB = RepublishJob(NOW - timedelta(hours=1), NOW)


class Waiting:
    """A fake queue with a given oldest message."""

    def __init__(self, oldest: datetime | None = None, without_time: int = 0) -> None:
        self._answer = (oldest, without_time)

    def now(self) -> datetime:
        return NOW

    def oldest(self) -> tuple[datetime | None, int]:
        return self._answer


def chosen(queue: Waiting, **choices: str) -> RepublishJob:
    job = RepublishJob.chosen(choices, cast(Queue, queue))
    assert job is not None
    return job


def step(published: int, cursor: str | None) -> dict[str, Any]:
    counts = {"published": published, "deadLettered": 1, "scanned": 100, "rows": 1_000}
    return {"result": "republished", **counts, "cursor": cursor}


def unhurried() -> Pace:
    """Returns a pace that never waits."""
    return Pace(500, lambda: 0, lambda _: None)


class Choices(unittest.TestCase):
    def test_without_a_time_the_queue_names_it(self) -> None:
        job = chosen(Waiting(datetime(2026, 11, 23, 9, 30, 0, 999999, UTC)))

        command = {"action": "republish", "since": "2026-11-23T09:30:00Z", "cursor": None, "limit": 2_500}
        self.assertEqual((job.command(), job.started), (command, NOW))

    def test_a_given_time_precedes_the_queues(self) -> None:
        job = chosen(Waiting(NOW, without_time=1), SINCE="24h")

        self.assertEqual(job.command()["since"], "2026-11-22T12:00:00Z")

    def test_an_empty_queue_needs_nothing(self) -> None:
        self.assertIsNone(RepublishJob.chosen({}, cast(Queue, Waiting())))

    def test_a_message_without_a_time_needs_a_person(self) -> None:
        with self.assertRaisesRegex(console.Failure, "2 messages of the queue name no time"):
            chosen(Waiting(NOW, without_time=2))

    def test_an_interrupted_one_continues_from_its_cursor(self) -> None:
        times = {"SINCE": "2026-11-23T11:00:00Z", "STARTED": "2026-11-23T11:59:00Z"}
        job = chosen(Waiting(), **times, CURSOR="a", READ="1200", RATE="50")

        self.assertEqual(job, RepublishJob(NOW - timedelta(hours=1), NOW - timedelta(minutes=1), "a", "50", 1_200))
        self.assertEqual(job.command()["limit"], 250)
        self.assertIsNone(chosen(Waiting(), **times, CURSOR="a").read)

    def test_an_incomplete_line_to_continue_is_refused(self) -> None:
        for choices in [
            {"CURSOR": "a"},
            {"CURSOR": "a", "SINCE": "1h"},
            {"SINCE": "1h", "STARTED": "2026-11-23T11:59:00Z"},
            {"CURSOR": "a", "SINCE": "1h", "STARTED": "soon"},
        ]:
            with self.assertRaisesRegex(console.Failure, "belong together"):
                chosen(Waiting(), **choices)


class Run(unittest.TestCase):
    def test_it_runs_until_there_is_no_cursor(self) -> None:
        steps, commands = [step(25, "a"), step(0, "b"), step(5, None)], []

        def ask(command: dict[str, Any]) -> dict[str, Any]:
            commands.append(command)
            return steps.pop(0)

        progress = republish_job.run(JOB, ask, unhurried(), "", lambda _: None, lambda: 0)

        self.assertEqual(progress, Progress(30, 3, 300, 0, 1_000))
        self.assertEqual([command["cursor"] for command in commands], [None, "a", "b"])

    def test_the_line_has_the_speed_and_the_time_left(self) -> None:
        progress = Progress(5_000, 1, 8_000, 2_000, 20_000, 10)

        self.assertEqual(
            progress.status(),
            "5,000 events published (1 are refused, and in the queue again), 10,000 of about 20,000 rows read, "
            "500 a second, about 13 s left",
        )

    def test_every_early_end_names_the_command_to_continue(self) -> None:
        for error, expected in [
            (
                KeyboardInterrupt(),
                r"interrupted: 25 events published \(1 are refused, and in the queue again\), 100 of about 1,000 rows",
            ),
            (console.Failure("boom", "Repair it."), "boom"),
        ]:
            answers = iter([step(25, "a b")])

            def ask(_: dict[str, Any], answers: Any = answers, error: BaseException = error) -> dict[str, Any]:
                for answer in answers:
                    return answer
                raise error

            with self.assertRaisesRegex(console.Failure, expected) as raised:
                republish_job.run(JOB, ask, unhurried(), "prod", lambda _: None)

            line = "SINCE=2026-11-23T11:00:00Z STARTED=2026-11-23T12:00:00Z CURSOR='a b' READ=100 ENV=prod"
            self.assertTrue(
                raised.exception.remedy.endswith(f"To continue: make republish {line}"), raised.exception.remedy
            )

    def test_an_end_before_the_first_step_starts_from_the_beginning(self) -> None:
        def ask(_: dict[str, Any]) -> dict[str, Any]:
            raise console.Failure("boom")

        with self.assertRaises(console.Failure) as raised:
            republish_job.run(JOB, ask, unhurried(), "", lambda _: None)

        self.assertEqual(raised.exception.remedy, "To continue: make republish SINCE=2026-11-23T11:00:00Z")
