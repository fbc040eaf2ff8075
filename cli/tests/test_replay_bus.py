import re
import shlex
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from unittest import mock

from pluggy_lambda.console import Console
from pluggy_lambda.errors import Failure, InterruptedFailure, WrongUsageError
from pluggy_lambda.jobs import republish
from pluggy_lambda.jobs.dead_letter_queue import Queue
from pluggy_lambda.jobs.republish import Progress, RepublishJob
from pluggy_lambda.pace import Pace
from pluggy_lambda.progress import Rows
from tests.support import Lambda, Project
from tests.test_dead_letter_queue import Sqs, ours

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


def chosen(
    queue: Waiting,
    since: str = "",
    started: str = "",
    cursor: str = "",
    read: int | None = 0,
    rate: float | None = None,
) -> RepublishJob:
    job = RepublishJob.chosen(since, started, cursor, read, rate, cast(Queue, queue))
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

        command = {"action": "republish", "since": "2026-11-23T09:30:00Z", "limit": 2_500}
        self.assertEqual((job.command(), job.started), (command, NOW))

    def test_a_given_time_precedes_the_queues(self) -> None:
        job = chosen(Waiting(NOW, without_time=1), since="24h")

        self.assertEqual(job.command()["since"], "2026-11-22T12:00:00Z")

    def test_an_empty_queue_needs_nothing(self) -> None:
        self.assertIsNone(RepublishJob.chosen("", "", "", 0, None, cast(Queue, Waiting())))

    def test_a_message_without_a_time_needs_a_person(self) -> None:
        with self.assertRaisesRegex(Failure, "2 messages of the dead-letter queue name no time"):
            chosen(Waiting(NOW, without_time=2))

    def test_an_interrupted_one_continues_from_its_cursor(self) -> None:
        times = {"since": "2026-11-23T11:00:00Z", "started": "2026-11-23T11:59:00Z"}
        job = chosen(Waiting(), **times, cursor="a", read=1_200, rate=50)

        self.assertEqual(job, RepublishJob(NOW - timedelta(hours=1), NOW - timedelta(minutes=1), "a", 1_200, 50))
        self.assertEqual((job.command()["limit"], job.command()["cursor"]), (250, "a"))

    def test_the_rate_holds_wherever_the_time_comes_from(self) -> None:
        for job in (chosen(Waiting(NOW), rate=50), chosen(Waiting(), since="1h", rate=50)):
            self.assertEqual((job.per_second(), job.command()["limit"]), (50, 250))

    def test_an_incomplete_line_to_continue_is_refused(self) -> None:
        for choices in [
            {"cursor": "a"},
            {"cursor": "a", "since": "1h"},
            {"since": "1h", "started": "2026-11-23T11:59:00Z"},
            {"cursor": "a", "since": "1h", "started": "soon"},
        ]:
            with self.assertRaisesRegex(WrongUsageError, "belong together"):
                chosen(Waiting(), **choices)


class Run(unittest.TestCase):
    def test_it_runs_until_there_is_no_cursor(self) -> None:
        steps, commands = [step(25, "a"), step(0, "b"), step(5, None)], []

        def ask(command: dict[str, Any]) -> dict[str, Any]:
            commands.append(command)
            return steps.pop(0)

        progress = republish.run(JOB, ask, unhurried(), "dev", lambda _: None)

        self.assertEqual((progress.published, progress.dead_lettered), (30, 3))
        self.assertEqual((progress.rows.read, progress.rows.total), (300, None))
        self.assertEqual([command.get("cursor") for command in commands], [None, "a", "b"])

    def test_it_is_never_faster_than_the_rate(self) -> None:
        now, asked_at = [0.0], []
        steps = [step(500, "a"), step(100, "b"), step(5, None)]

        def ask(_: dict[str, Any]) -> dict[str, Any]:
            asked_at.append(now[0])
            return steps.pop(0)

        def sleep(seconds: float) -> None:
            now[0] += seconds

        republish.run(JOB, ask, Pace(100, lambda: now[0], sleep), "dev", lambda _: None)

        self.assertEqual(asked_at, [0, 5, 6])

    def test_the_line_has_the_speed_and_the_time_left(self) -> None:
        progress = Progress(Rows(8_000, 2_000, 20_000, 10), 5_000, 1)

        self.assertEqual(
            progress.status(),
            "5,000 events published (the bus refuses 1 more, now in the queue), 500 a second, "
            "about 13 s left, 10,000 of about 20,000 rows read",
        )

    def test_every_early_end_names_the_command_to_continue(self) -> None:
        for error, expected in [
            (
                KeyboardInterrupt(),
                r"interrupted: 25 events published \(the bus refuses 1 more, now in the queue\), 100 of about 1,000 ",
            ),
            (Failure("boom", "Repair it."), "boom"),
        ]:
            answers = iter([step(25, "a b")])

            def ask(_: dict[str, Any], answers: Any = answers, error: BaseException = error) -> dict[str, Any]:
                for answer in answers:
                    return answer
                raise error

            with self.assertRaisesRegex(Failure, expected) as raised:
                republish.run(JOB, ask, unhurried(), "prod", lambda _: None)

            line = "--since 2026-11-23T11:00:00Z --started 2026-11-23T12:00:00Z --cursor 'a b' --read 100"
            self.assertTrue(
                raised.exception.remedy.endswith(f"To continue: pluggy-lambda replay --bus --env prod {line}"),
                raised.exception.remedy,
            )

    def test_an_end_before_the_first_step_starts_from_the_beginning(self) -> None:
        def ask(_: dict[str, Any]) -> dict[str, Any]:
            raise Failure("boom")

        with self.assertRaises(Failure) as raised:
            republish.run(JOB, ask, unhurried(), "dev", lambda _: None)

        self.assertEqual(
            raised.exception.remedy, "To continue: pluggy-lambda replay --bus --env dev --since 2026-11-23T11:00:00Z"
        )


class Command(Project):
    def setUp(self) -> None:
        super().setUp()
        self.deploy()

    def test_what_the_queue_names_is_published_and_deleted_from_it(self) -> None:
        before = NOW - timedelta(minutes=1)
        messages = [(ours(f"2026-11-23T11:{minute}:00Z"), before) for minute in ("00", "30")]
        self.clients["sqs"] = queue = Sqs(*messages)
        self.clients["lambda"] = client = Lambda(step(25, "a"), step(5, None))

        result = self.invoke("replay", "--bus", "--env", "dev", "--json")

        self.assertEqual(result.exit_code, 1, result.output)
        self.assertEqual([command["since"] for command in client.commands], ["2026-11-23T11:00:00Z"] * 2)
        self.assertEqual(client.functions, ["the-republish"] * 2)
        expected = {
            "since": "2026-11-23T11:00:00Z",
            "published": 30,
            "deadLettered": 2,
            "searched": 200,
            "messagesDeleted": 2,
            "messagesLeft": 0,
            "messagesSinceStart": 0,
        }
        self.assertEqual(self.document(result)["result"], expected)
        self.assertEqual(queue.bodies, {})

    def test_the_rate_is_waited_for_and_shown(self) -> None:
        self.clients["sqs"], self.clients["lambda"] = Sqs(), Lambda(step(100, "a"), step(0, None))

        with mock.patch("time.sleep") as sleep, mock.patch.object(Console, "progress") as progress:
            self.invoke("replay", "--bus", "--env", "dev", "--since", "24h", "--rate", "20")

        [waited] = [call.args[0] for call in sleep.call_args_list]
        self.assertTrue(2 < waited <= 5, waited)
        [first, _] = [call.args[0] for call in progress.call_args_list]
        self.assertRegex(first, r", \d+ a second, about \d+ s left, 100 of about 1,000 rows read$")

    def test_an_empty_queue_publishes_nothing(self) -> None:
        self.clients["sqs"], self.clients["lambda"] = Sqs(), Lambda()

        result = self.invoke("replay", "--bus", "--env", "dev")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("the dead-letter queue is empty", result.stdout)

    def test_a_stack_that_publishes_nothing_says_so(self) -> None:
        self.deploy(RepublishFunctionName="")

        result = self.invoke("replay", "--bus", "--env", "dev")

        self.assertEqual(result.exit_code, 1)
        self.assertIn("PublishEvents=true", result.stderr)

    def test_an_interruption_prints_the_line_that_continues(self) -> None:
        self.clients["sqs"] = queue = Sqs((ours("2026-11-23T11:00:00Z"), NOW - timedelta(minutes=1)))
        self.clients["lambda"] = Lambda(step(25, "items.x"), KeyboardInterrupt())

        result = self.invoke("replay", "--bus", "--env", "dev", "--rate", "50")

        self.assertEqual(result.exit_code, InterruptedFailure.exit_code)
        times = "--since 2026-11-23T11:00:00Z --started 2026-11-23T12:00:00Z"
        line = f"replay --bus --env dev {times} --cursor items.x --read 100 --rate 50"
        self.assertIn(f"hint: To continue: pluggy-lambda {line}\n", result.stderr)
        self.assertEqual(len(queue.bodies), 1)

    def test_the_printed_line_continues(self) -> None:
        self.clients["sqs"] = Sqs()
        self.clients["lambda"] = client = Lambda({**step(5, None), "deadLettered": 0})

        times = ["--since", "2026-11-23T11:00:00Z", "--started", "2026-11-23T12:00:00Z"]
        result = self.invoke("replay", "--bus", "--env", "dev", *times, "--cursor", "items.x", "--read", "400")

        self.assertEqual(result.exit_code, 0, result.output)
        [command] = client.commands
        self.assertEqual((command["cursor"], command["limit"]), ("items.x", 2_500))
        self.assertIn(", 500 rows read\n", result.stdout)
        self.assertNotIn("refused", result.stdout)

    def test_events_that_the_interrupted_part_left_in_the_queue_end_the_continued_one_with_1(self) -> None:
        accepted = {**step(5, None), "deadLettered": 0}
        self.clients["sqs"] = queue = Sqs((ours("2026-11-23T11:00:00Z"), NOW - timedelta(minutes=1)))
        self.clients["lambda"] = Lambda(step(25, "items.x"), KeyboardInterrupt())
        first = self.invoke("replay", "--bus", "--env", "dev")
        # What the bus refused meanwhile.
        queue.bodies["new"], queue.sent_at["new"] = ours("2026-11-23T11:10:00Z"), NOW + timedelta(seconds=1)
        [line] = re.findall("To continue: pluggy-lambda (.*)\n", first.stderr)

        self.clients["lambda"] = Lambda(accepted, accepted)
        text = self.invoke(*shlex.split(line))
        document = self.invoke(*shlex.split(line), "--json")

        self.assertEqual((first.exit_code, text.exit_code, document.exit_code), (130, 1, 1), text.output)
        self.assertIn("1 message deleted from the dead-letter queue, 1 left\n", text.stdout)
        page = "docs/operations/runbook/publishing.md#publishdeadlettersalarm"
        self.assertIn(f"1 message in the queue since 2026-11-23T12:00:00Z: see {page}.\n", text.stdout)
        found = self.document(document)["result"]
        self.assertEqual((found["deadLettered"], found["messagesLeft"], found["messagesSinceStart"]), (0, 1, 1))

    def test_messages_that_others_send_meanwhile_do_not_fail_a_command_from_the_beginning(self) -> None:
        self.clients["sqs"] = Sqs((ours("2026-11-23T11:00:00Z"), NOW + timedelta(seconds=1)))
        self.clients["lambda"] = Lambda({**step(5, None), "deadLettered": 0})

        result = self.invoke("replay", "--bus", "--env", "dev", "--since", "24h")

        self.assertEqual(result.exit_code, 0, result.output)

    def test_events_that_the_bus_refuses_end_the_command_with_1_and_name_the_page(self) -> None:
        self.clients["sqs"], self.clients["lambda"] = Sqs(), Lambda(step(5, None))

        result = self.invoke("replay", "--bus", "--env", "dev", "--since", "24h")

        self.assertEqual(result.exit_code, 1, result.output)
        self.assertIn(
            "The bus refused 1 event: see docs/operations/runbook/publishing.md#publishdeadlettersalarm.\n",
            result.stdout,
        )


if __name__ == "__main__":
    unittest.main()
