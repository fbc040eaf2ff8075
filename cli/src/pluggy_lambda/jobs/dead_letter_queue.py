"""The dead-letter queue of publish. Its messages name the time from which to publish again, and have no content."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pluggy_lambda import moment

# The largest batch of SQS.
BATCH = 10
# The time for which read messages are hidden from others. Nothing but reading happens in this time.
HIDDEN_SECONDS = 300
# If only the time of the write to DynamoDB is known, the times in the row are earlier: when the webhook arrived, or
# when the item was fetched at Pluggy.
BEFORE_IT_WAS_WRITTEN = timedelta(minutes=5)


@dataclass(frozen=True)
class Message:
    """A message: the time from which to publish again, if it names one, and when it was sent."""

    handle: str
    since: datetime | None
    sent_at: datetime


class Queue:
    """The queue at SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def now(self) -> datetime:
        """Returns the time of SQS's clock, which also dates the messages."""
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])

    def oldest(self) -> tuple[datetime | None, int]:
        """Returns the earliest time of all messages, and how many name none. The messages stay in the queue."""
        messages = self._read()
        self._show(messages)
        times = [message.since for message in messages if message.since is not None]
        return min(times, default=None), len(messages) - len(times)

    def forget(self, since: datetime, before: datetime) -> tuple[int, int, int]:
        """Deletes the messages with a time from `since` on that were sent before `before`.

        Returns how many it deleted, how many stay, and how many of these were sent at `before` or later. One that SQS
        does not delete stays, and is hidden for a while.
        """
        done: list[Message] = []
        rest: list[Message] = []
        for message in self._read():
            is_done = message.since is not None and message.since >= since and message.sent_at < before
            (done if is_done else rest).append(message)
        failed = 0
        for batch in _batches(done):
            answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=batch)
            failed += len(answer.get("Failed", []))
        self._show(rest)
        return len(done) - failed, len(rest) + failed, sum(message.sent_at >= before for message in rest)

    def _read(self) -> list[Message]:
        """Returns every message. They are hidden from others until `_show`, or until the time is over."""
        messages: list[Message] = []
        while True:
            received = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                # A short poll asks only some of the servers, and may miss messages.
                WaitTimeSeconds=1,
                VisibilityTimeout=HIDDEN_SECONDS,
                MessageSystemAttributeNames=["SentTimestamp"],
            ).get("Messages", [])
            if not received:
                return messages
            messages += [_message(each) for each in received]

    def _show(self, messages: list[Message]) -> None:
        for batch in _batches(messages):
            entries = [{**entry, "VisibilityTimeout": 0} for entry in batch]
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def _batches(messages: list[Message]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        yield [{"Id": str(index), "ReceiptHandle": message.handle} for index, message in enumerate(batch)]


def _message(received: dict[str, Any]) -> Message:
    sent_at = datetime.fromtimestamp(int(received["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return Message(received["ReceiptHandle"], _since(received["Body"]), sent_at)


def _since(body: str) -> datetime | None:
    """Returns the time of a message: `since` in publish's own, the arrival of the batch in Lambda's."""
    try:
        content = json.loads(body)
        if content.get("id"):
            return moment.parsed(content["since"])
        batch = content.get("DDBStreamBatchInfo")
        written = moment.parsed(batch["approximateArrivalOfFirstRecord"] if batch else content["since"])
        return written and written - BEFORE_IT_WAS_WRITTEN
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
