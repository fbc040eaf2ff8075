"""Steps that run side by side, one on each core."""

import concurrent.futures
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stack import console

# Where a step waits for the network, another one can run.
LEAST_WORKERS = 2


# Two steps are never the same one, even if they do the same.
@dataclass(frozen=True, eq=False)
class Step:
    """A step, which prints nothing itself, and the steps that must have passed before it."""

    text: str
    run: Callable[[], object]
    after: Sequence["Step"] = ()


def run(steps: Sequence[Step]) -> None:
    """Runs the steps, each as soon as it can begin and the first of the list first. Prints each with its duration.

    After a failure no other step begins. The failure is raised when those that run have ended.
    """
    waiting = list(steps)
    running: dict[concurrent.futures.Future[float], Step] = {}
    passed: set[Step] = set()
    failure: BaseException | None = None
    workers = max(os.cpu_count() or 1, LEAST_WORKERS)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        while True:
            ready = [step for step in waiting if passed.issuperset(step.after)] if failure is None else []
            for step in ready[: workers - len(running)]:
                waiting.remove(step)
                running[pool.submit(_timed, step)] = step
            if not running:
                break
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                step = running.pop(future)
                if (error := future.exception()) is None:
                    passed.add(step)
                    console.line(f"{step.text} ... {future.result():.1f} s")
                else:
                    failure = failure or error
                    console.line(f"{step.text} ... failed")
    if failure is not None:
        raise failure
    if waiting:
        raise ValueError(f"{waiting[0].text}: it waits for a step that is not in the list")


def _timed(step: Step) -> float:
    start = time.monotonic()
    step.run()
    return time.monotonic() - start
