"""`make replay ITEM=...`, `USER=...` or `SINCE=...`: requests new fetches at a bounded rate."""

import os
from datetime import UTC, datetime

from stack import console, environment, operator, pace, replay_job


def replay() -> None:
    job = replay_job.ReplayJob.chosen(os.environ, datetime.now(UTC))
    rate = pace.per_second(os.environ.get("RATE", ""))
    env = os.environ.get(environment.VARIABLE, "")
    if job.field == "clientUserId":
        console.line("reads the user's items, then every event row, to find the user's items whose rows are lost")
    if job.field != "itemId":
        console.line(f"nothing is requested twice by: {job.to_continue(env)}")
    with operator.reached() as ask:
        try:
            progress = replay_job.run(job, ask, pace.Pace(rate), env, lambda so_far: console.progress(so_far.status()))
        finally:
            console.progress_done()
    console.line(str(progress))
    console.line("item-sync fetches them now. To see one: make inspect ITEM=...")


if __name__ == "__main__":
    console.run(replay)
