"""`make republish`: publishes again, since a time, what the bus may not have received."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stack import account, audit, console, environment, ministack, moment, operator, pace, republish_job, stack_file
from stack.dead_letter_queue import Queue
from stack.environment import Environment
from stack.operator import Ask


def republish() -> None:
    chosen = environment.chosen()
    with _reached(chosen) as (ask, queue):
        job = republish_job.RepublishJob.chosen(os.environ, queue)
        if job is None:
            console.line(f"the dead-letter queue is empty; to publish anyway: {republish_job.USAGE}")
            return
        console.line(f"since {moment.text(job.since)}: the webhooks, and the present state of the items")
        try:
            progress = republish_job.run(
                job,
                ask,
                pace.Pace(job.per_second()),
                chosen.name if chosen else "",
                lambda so_far: console.progress(so_far.status()),
            )
        finally:
            console.progress_done()
        console.line(str(progress))
        done, left = queue.forget(job.since, job.started)
    console.line(f"{done} messages deleted from the queue, {left} left")


@contextmanager
def _reached(chosen: Environment | None) -> Iterator[tuple[Ask, Queue]]:
    """Yields a call of republish, and the queue: of a real account, or of the local stack if none is named."""
    with account.reachable() if chosen else ministack.reachable():
        if chosen:
            outputs, _ = account.describe(chosen)
            function, url = outputs.get("RepublishFunctionName"), outputs.get("PublishDeadLetterQueueUrl")
        else:
            local = stack_file.read()
            function, url = local.get("functions", {}).get("republish"), local.get("publishDeadLetterQueue")
        if not function or not url:
            raise console.Failure("this stack publishes nothing", "Deploy it with the parameter PublishEvents=true.")
        functions, queues, sts = (
            account.client(service, chosen) if chosen else ministack.client(service)
            for service in ("lambda", "sqs", "sts")
        )
        ask = operator.asking(functions, function, audit.statement(sts), "republish")
        yield ask, Queue(queues, url)


if __name__ == "__main__":
    console.run(republish)
