"""`make republish`: publishes again, since a time, what the bus may not have got."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stack import account, console, ministack, moment, operator, republish_job, stack_file
from stack.operator import Ask
from stack.unpublished import Queue


def republish() -> None:
    stack = os.environ.get("STACK", "")
    with _reached(stack) as (ask, queue):
        job = republish_job.RepublishJob.chosen(os.environ, queue)
        if job is None:
            console.line(f"nothing waits to be published; in any case: {republish_job.USAGE}")
            return
        console.line(f"since {moment.text(job.since)}: the webhooks, and the present state of the items")
        try:
            progress = republish_job.run(job, ask, stack, lambda so_far: console.progress(str(so_far)))
        finally:
            console.progress_done()
        console.line(str(progress))
        done, left = queue.forget(job.since, job.started)
    console.line(f"{done} messages of the queue are done with, {left} are left")


@contextmanager
def _reached(stack: str) -> Iterator[tuple[Ask, Queue]]:
    """The publish function and the queue: in a real account, or on the local stack where none is named."""
    with account.reachable() if stack else ministack.reachable():
        if stack:
            outputs, _ = account.describe(stack)
            function, url = outputs.get("PublishFunctionName"), outputs.get("UnpublishedQueueUrl")
        else:
            local = stack_file.read()
            function, url = local.get("functions", {}).get("publish"), local.get("unpublishedQueue")
        if not function or not url:
            raise console.Failure("this stack publishes nothing", "It does with the parameter PublishEvents=true.")
        client = account.client if stack else ministack.client
        functions = client("lambda")
        yield lambda command: operator.ask(functions, function, command, "publish"), Queue(client("sqs"), url)


if __name__ == "__main__":
    console.run(republish)
