"""`pluggy-lambda replay`: fetches items again, or publishes again what the bus may not have received."""

from datetime import UTC, datetime

import click

from pluggy_lambda import functions, moment
from pluggy_lambda.errors import WrongUsageError
from pluggy_lambda.jobs import replay as items
from pluggy_lambda.jobs import republish
from pluggy_lambda.jobs.dead_letter_queue import Queue
from pluggy_lambda.options import Operation, operation, rate
from pluggy_lambda.pace import DEFAULT_PER_SECOND, Pace
from pluggy_lambda.text import counted

EPILOG = """\b
Examples:
  pluggy-lambda replay --env prod 9a7b6c5d-0000-4000-8000-000000000001
  pluggy-lambda replay --env prod --user usr_01J9X
  pluggy-lambda replay --env prod --since 24h --rate 10
  pluggy-lambda replay --env prod --bus
"""

RUNBOOK = "docs/operations/runbook/publishing.md#publishdeadlettersalarm"


@click.command(epilog=EPILOG)
@click.argument("item_id", required=False, default="")
@click.option("--user", metavar="ID", default="", help="Every item of this user.")
@click.option(
    "--since",
    metavar="TIME",
    default="",
    help="Every item of which an event arrived since: 24h, or 2026-11-23T12:00:00Z.",
)
@click.option("--bus", is_flag=True, help="Publish events again instead of fetching items.")
@click.option("--cursor", metavar="TEXT", default="", help="Continue from this position.")
@click.option("--started", metavar="TIME", default="", help="With --bus and --cursor: when the first run started.")
@click.option(
    "--read", type=click.IntRange(0), metavar="ROWS", help="With --cursor: the rows read before, for the time left."
)
@rate(
    f"Fetches requested in a second (default {DEFAULT_PER_SECOND:g}), "
    f"or events published with --bus (default {republish.DEFAULT_PER_SECOND:g})."
)
@operation
def replay(
    run: Operation,
    item_id: str,
    user: str,
    since: str,
    bus: bool,
    cursor: str,
    started: str,
    read: int | None,
    rate: float | None,
    run_id: str,
) -> None:
    """Fetch items again, or publish events again.

    Without --bus, the command requests a fetch of an item, of a user's items, or of every item of which an event
    arrived since a time. item-sync fetches them at Pluggy.

    With --bus, the command publishes every webhook that arrived since a time, and the present state of each item that
    was fetched since then. The default time is the earliest that a message of the dead-letter queue names. Events that
    the bus refuses go to that queue, and end the command with exit code 1. With --cursor, each message since --started
    counts as such an event, because the interrupted command may have caused it.
    """
    if read is not None and not cursor:
        raise WrongUsageError("--read belongs to --cursor", "Copy the whole line that the interrupted command printed.")
    if not cursor:
        read = 0
    if bus:
        if item_id or user or run_id:
            raise WrongUsageError("--bus publishes everything since a time", "Leave out the item, --user and --run.")
        _publish(run, since, started, cursor, read, rate)
    else:
        if started:
            raise WrongUsageError("--started belongs to --bus", "Leave it out.")
        _fetch(run, _job(item_id, user, since, run_id, cursor, read, rate))


def _job(
    item_id: str, user: str, since: str, run_id: str, cursor: str, read: int | None, rate: float | None
) -> items.ReplayJob:
    given = {field: value for field, value in zip(items.OPTIONS, (item_id, user, since), strict=True) if value}
    if len(given) != 1:
        raise WrongUsageError(
            "name an item, --user or --since, and only one of them", "For example: pluggy-lambda replay --since 24h"
        )
    [(field, value)] = given.items()
    if field == "since":
        value = moment.text(moment.chosen(value, datetime.now(UTC)))
    return items.ReplayJob.new(field, value, run_id, cursor, read, rate)


def _fetch(run: Operation, job: items.ReplayJob) -> None:
    if job.field == "clientUserId":
        run.console.say("reads the user's items, then every event row, to find the user's items whose rows are lost")
    ask = functions.operator(run.aws)
    if job.field != "itemId":
        again = job.resume(run.environment.name)
        run.console.say(f"if this command is killed, this line repeats it and requests nothing twice: {again}")
    pace = Pace(job.per_second())
    progress = items.run(job, ask, pace, run.environment.name, lambda now: run.console.progress(now.status()))
    see = f"item-sync fetches them now. To see one: pluggy-lambda items inspect --env {run.environment.name} ITEM_ID"
    run.console.result(
        [str(progress), *([see] if progress.replayed else [])],
        {"run": job.run, "requested": progress.replayed, "known": progress.known, "searched": progress.rows.scanned},
    )


def _publish(run: Operation, since: str, started: str, cursor: str, read: int | None, rate: float | None) -> None:
    ask = functions.republish(run.aws)
    with run.aws.explained():
        queue = Queue(run.aws.client("sqs"), run.aws.stack().output("PublishDeadLetterQueueUrl"))
        job = republish.RepublishJob.chosen(since, started, cursor, read, rate, queue)
    if job is None:
        run.console.result(
            ["the dead-letter queue is empty, so nothing was published; --since 24h publishes anyway"],
            {
                "published": 0,
                "deadLettered": 0,
                "searched": 0,
                "messagesDeleted": 0,
                "messagesLeft": 0,
                "messagesSinceStart": 0,
            },
        )
        return
    run.console.say(f"since {moment.text(job.since)}: the webhooks, and the present state of the items")
    pace = Pace(job.per_second())
    progress = republish.run(job, ask, pace, run.environment.name, lambda now: run.console.progress(now.status()))
    with run.aws.explained():
        deleted, left, newer = queue.forget(job.since, job.started)
    refused = []
    if progress.dead_lettered:
        refused = [f"The bus refused {counted(progress.dead_lettered, 'event')}: see {RUNBOOK}."]
    elif job.is_continued and newer:
        # The events that the interrupted command counted are known from its messages only.
        refused = [f"{counted(newer, 'message')} in the queue since {moment.text(job.started)}: see {RUNBOOK}."]
    run.console.result(
        [
            str(progress),
            f"{counted(deleted, 'message')} deleted from the dead-letter queue, {left:,} left",
            *refused,
        ],
        {
            "since": moment.text(job.since),
            "published": progress.published,
            "deadLettered": progress.dead_lettered,
            "searched": progress.rows.scanned,
            "messagesDeleted": deleted,
            "messagesLeft": left,
            "messagesSinceStart": newer,
        },
    )
    if refused:
        click.get_current_context().exit(1)
