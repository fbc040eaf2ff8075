import json
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

from pluggy_lambda.jobs.dead_letter_queue import Queue

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ours(since: str) -> str:
    return json.dumps({"key": {"pk": "ITEM#1"}, "id": "0a" * 32, "code": "InvalidArgument", "since": since})


def unreadable(written: str) -> str:
    return json.dumps({"key": {"pk": "ITEM#1"}, "id": None, "code": "Unreadable", "since": written})


def of_the_stream(arrival: str) -> str:
    return json.dumps({"requestContext": {}, "DDBStreamBatchInfo": {"approximateArrivalOfFirstRecord": arrival}})


class Sqs:
    """A fake SQS with one queue, which hides read messages until they are shown again."""

    def __init__(self, *messages: tuple[str, datetime], now: datetime = NOON, kept: str = "") -> None:
        self.kept = kept
        self.bodies = {str(index): body for index, (body, _) in enumerate(messages)}
        self.sent_at = {str(index): sent_at for index, (_, sent_at) in enumerate(messages)}
        self.hidden: set[str] = set()
        self._now = now

    # The names of the arguments are those of AWS.
    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl and AttributeNames
        return {"ResponseMetadata": {"HTTPHeaders": {"date": self._now.strftime("%a, %d %b %Y %H:%M:%S GMT")}}}

    def receive_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MaxNumberOfMessages: int,  # noqa: N803
        WaitTimeSeconds: int,  # noqa: N803
        VisibilityTimeout: int,  # noqa: N803
        MessageSystemAttributeNames: list[str],  # noqa: N803
    ) -> dict[str, Any]:
        assert QueueUrl and WaitTimeSeconds and VisibilityTimeout
        assert MessageSystemAttributeNames == ["SentTimestamp"]
        visible = [handle for handle in self.bodies if handle not in self.hidden][:MaxNumberOfMessages]
        self.hidden.update(visible)
        return {"Messages": [self._message(handle) for handle in visible]} if visible else {}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        assert QueueUrl
        for entry in Entries:
            assert entry["VisibilityTimeout"] == 0
            self.hidden.remove(entry["ReceiptHandle"])

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl
        assert 1 <= len(Entries) <= 10
        failed = [entry for entry in Entries if entry["ReceiptHandle"] == self.kept]
        for entry in Entries:
            if entry not in failed:
                del self.bodies[entry["ReceiptHandle"]]
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in failed]} if failed else {}

    def _message(self, handle: str) -> dict[str, Any]:
        sent_at = str(int(self.sent_at[handle].timestamp() * 1000))
        return {"ReceiptHandle": handle, "Body": self.bodies[handle], "Attributes": {"SentTimestamp": sent_at}}


class Oldest(unittest.TestCase):
    def test_it_is_the_earliest_time_of_all_kinds_of_messages(self) -> None:
        early, late = "2026-11-23T09:00:00Z", "2026-11-23T10:00:00.123Z"
        for bodies, expected in [
            ([ours(late), ours(early)], NOON - timedelta(hours=3)),
            ([ours(late), of_the_stream(early)], NOON - timedelta(hours=3, minutes=5)),
            ([ours(late), unreadable(early)], NOON - timedelta(hours=3, minutes=5)),
            ([], None),
        ]:
            sqs = Sqs(*((body, NOON) for body in bodies))

            self.assertEqual(Queue(sqs, "url").oldest(), (expected, 0))

    def test_a_message_without_a_time_is_counted_and_not_guessed(self) -> None:
        bodies = ["{}", "no JSON", "[]", ours("soon"), '{"since": 1}', '{"DDBStreamBatchInfo": null}']
        sqs = Sqs(*((body, NOON) for body in bodies))

        self.assertEqual(Queue(sqs, "url").oldest(), (None, len(bodies)))

    def test_all_messages_are_read_and_stay_for_others(self) -> None:
        times = [f"2026-11-23T11:{minute:02}:00Z" for minute in reversed(range(25))]
        sqs = Sqs(*((ours(time), NOON) for time in times))

        oldest, _ = Queue(sqs, "url").oldest()

        self.assertEqual(oldest, NOON - timedelta(hours=1))
        self.assertEqual((len(sqs.bodies), sqs.hidden), (25, set()))


class Forget(unittest.TestCase):
    def test_only_messages_of_republished_events_are_deleted(self) -> None:
        since, started = NOON - timedelta(hours=1), NOON
        before, after = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
        covered = [(ours("2026-11-23T11:00:00Z"), before), (of_the_stream("2026-11-23T11:30:00Z"), before)]
        not_covered = [
            (ours("2026-11-23T10:59:59Z"), before),
            (ours("2026-11-23T11:30:00Z"), after),
            (ours("2026-11-23T11:30:00Z"), started),
            ("no JSON", before),
        ]
        sqs = Sqs(*covered, *not_covered)

        counts = Queue(sqs, "url").forget(since, started)

        self.assertEqual(counts, (2, 4, 2))
        self.assertEqual(list(sqs.bodies.values()), [body for body, _ in not_covered])
        self.assertEqual(sqs.hidden & sqs.bodies.keys(), set())

    def test_a_message_that_is_not_deleted_stays(self) -> None:
        messages = [(ours("2026-11-23T11:30:00Z"), NOON - timedelta(minutes=1)) for _ in range(12)]
        sqs = Sqs(*messages, kept="11")

        self.assertEqual(Queue(sqs, "url").forget(NOON - timedelta(hours=1), NOON), (11, 1, 0))
        self.assertEqual(list(sqs.bodies), ["11"])

    def test_more_than_one_batch_is_deleted(self) -> None:
        sqs = Sqs(*((ours("2026-11-23T11:30:00Z"), NOON - timedelta(minutes=1)) for _ in range(25)))

        self.assertEqual(Queue(sqs, "url").forget(NOON - timedelta(hours=1), NOON), (25, 0, 0))

    def test_the_clock_is_that_of_the_queue(self) -> None:
        self.assertEqual(Queue(Sqs(), "url").now(), NOON)
