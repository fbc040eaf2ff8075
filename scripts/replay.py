"""`make replay ITEM=...`, `USER=...` or `SINCE=...`: has what was received looked at again, at a bounded rate."""

import os
from datetime import UTC, datetime

from stack import console, environment, operator, pace, replay_job


def replay() -> None:
    job = replay_job.ReplayJob.chosen(os.environ, datetime.now(UTC))
    rate = pace.per_second(os.environ.get("RATE", ""))
    env = os.environ.get(environment.VARIABLE, "")
    if job.field == "clientUserId":
        console.line("the user's items first, then every event row, for items of the user whose rows are lost")
    with operator.reached() as ask:
        try:
            progress = replay_job.run(job, ask, pace.Pace(rate), env, lambda so_far: console.progress(str(so_far)))
        finally:
            console.progress_done()
    console.line(str(progress))
    console.line("item-sync reads them now; make inspect ITEM=... shows what has become of one")


if __name__ == "__main__":
    console.run(replay)
