"""`pluggy-lambda replay`: fetches items again, or publishes again what the bus may not have received."""

from datetime import UTC, datetime

import click

from pluggy_lambda import functions, moment
from pluggy_lambda.errors import WrongUsageError
from pluggy_lambda.jobs import replay as items
from pluggy_lambda.jobs import republish
from pluggy_lambda.jobs.dead_letter_queue import Queue
from pluggy_lambda.options import Operation, operation, rate
from pluggy_lambda.pace import Pace
from pluggy_lambda.text import counted

EPILOG = """\b
Examples:
  pluggy-lambda replay --env prod 9a7b6c5d-0000-4000-8000-000000000001
  pluggy-lambda replay --env prod --user usr_01J9X
  pluggy-lambda replay --env prod --since 24h --rate 10
  pluggy-lambda replay --env prod --bus
"""


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
@rate
@operation
def replay(
    run: Operation,
    item_id: str,
    user: str,
    since: str,
    bus: bool,
    cursor: str,
    started: str,
    rate: float,
    run_id: str,
) -> None:
    """Fetch items again, or publish events again.

    Without --bus, the command requests a fetch of an item, of a user's items, or of every item of which an event
    arrived since a time. item-sync fetches them at Pluggy.

    With --bus, the command publishes every webhook that arrived since a time, and the present state of each item that
    was fetched since then. The default time is the earliest that a message of the dead-letter queue names.
    """
    if bus:
        if item_id or user or run_id:
            raise WrongUsageError("--bus publishes everything since a time", "Leave out the item, --user and --run.")
        _publish(run, since, started, cursor)
    else:
        if started:
            raise WrongUsageError("--started belongs to --bus", "Leave it out.")
        job = _job(item_id, user, since, run_id, cursor)
        _fetch(run, job, rate)


def _job(item_id: str, user: str, since: str, run_id: str, cursor: str) -> items.ReplayJob:
    given = {field: value for field, value in zip(items.OPTIONS, (item_id, user, since), strict=True) if value}
    if len(given) != 1:
        raise WrongUsageError(
            "name an item, --user or --since, and only one of them", "For example: pluggy-lambda replay --since 24h"
        )
    [(field, value)] = given.items()
    if field == "since":
        value = moment.text(moment.chosen(value, datetime.now(UTC)))
    return items.ReplayJob.new(field, value, run_id, cursor)


def _fetch(run: Operation, job: items.ReplayJob, rate: float) -> None:
    if job.field == "clientUserId":
        run.console.say("reads the user's items, then every event row, to find the user's items whose rows are lost")
    ask = functions.operator(run.aws)
    progress = items.run(job, ask, Pace(rate), run.environment.name, lambda so_far: run.console.progress(str(so_far)))
    see = f"item-sync fetches them now. To see one: pluggy-lambda items inspect --env {run.environment.name} ITEM_ID"
    run.console.result(
        [str(progress), *([see] if progress.replayed else [])],
        {"run": job.run, "requested": progress.replayed, "known": progress.known, "searched": progress.scanned},
    )


def _publish(run: Operation, since: str, started: str, cursor: str) -> None:
    ask = functions.republish(run.aws)
    with run.aws.explained():
        queue = Queue(run.aws.client("sqs"), run.aws.stack().output("PublishDeadLetterQueueUrl"))
        job = republish.RepublishJob.chosen(since, started, cursor, queue)
    if job is None:
        run.console.result(
            ["the dead-letter queue is empty, so nothing was published; --since 24h publishes anyway"],
            {"published": 0, "deadLettered": 0, "searched": 0, "messagesDeleted": 0, "messagesLeft": 0},
        )
        return
    run.console.say(f"since {moment.text(job.since)}: the webhooks, and the present state of the items")
    progress = republish.run(job, ask, run.environment.name, lambda so_far: run.console.progress(str(so_far)))
    with run.aws.explained():
        deleted, left = queue.forget(job.since, job.started)
    run.console.result(
        [str(progress), f"{counted(deleted, 'message')} deleted from the dead-letter queue, {left} left"],
        {
            "since": moment.text(job.since),
            "published": progress.published,
            "deadLettered": progress.dead_lettered,
            "searched": progress.scanned,
            "messagesDeleted": deleted,
            "messagesLeft": left,
        },
    )
