"""A check, its outcomes, and the runner."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from pluggy_lambda import errors
from pluggy_lambda.errors import Failure, InterruptedFailure


@dataclass(frozen=True)
class Passed:
    """The sentence of the check is true."""

    found: str = ""


@dataclass(frozen=True)
class _Problem:
    found: str
    remedy: str

    def __post_init__(self) -> None:
        if not self.found or not self.remedy:
            raise ValueError("a problem needs a finding and a remedy")


class Warned(_Problem):
    """A deployment works, but the operator must know this."""


class Failed(_Problem):
    """The sentence of the check is false. A failure cannot be built without its remedy."""


@dataclass(frozen=True)
class Skipped:
    """The check was not run. The remedy is for an operator who named it."""

    because: str
    remedy: str


Outcome = Passed | Warned | Failed | Skipped


@dataclass(frozen=True)
class Check:
    """A sentence that is true when the check passes. The id is a contract: JSON, --only and the docs use it."""

    id: str
    sentence: str
    run: Callable[[Any], Outcome]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Checks about one subject."""

    name: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Result:
    """The outcome of a check, and how long it took."""

    check: Check
    outcome: Outcome
    seconds: float
    exit_code: int = 1
    """The exit code of a failure."""

    def mapped(self, function: Callable[[str], str]) -> "Result":
        """Returns the result with other texts."""
        texts = {field.name: function(getattr(self.outcome, field.name)) for field in fields(self.outcome)}
        return replace(self, outcome=replace(self.outcome, **texts))


def run(groups: Iterable[Group], facts: Any, observe: Callable[[Check], None] = lambda _: None) -> dict[str, Result]:
    """Runs the checks in their order. One is skipped if a check that it needs neither passed nor warned."""
    results: dict[str, Result] = {}
    for check in (check for group in groups for check in group.checks):
        observe(check)
        start = time.monotonic()
        missing = [need for need in check.needs if not _holds(results.get(need))]
        outcome, exit_code = (_lacking(missing[0]), 1) if missing else _outcome(check, facts)
        results[check.id] = Result(check, outcome, time.monotonic() - start, exit_code)
    return results


def chosen(groups: Sequence[Group], only: Sequence[str]) -> list[Group]:
    """Returns the named checks and those that they need; all of them if none is named."""
    if not only:
        return list(groups)
    checks = {check.id: check for group in groups for check in group.checks}
    wanted: set[str] = set()
    rest = list(only)
    while rest:
        name = rest.pop()
        if name not in wanted:
            wanted.add(name)
            rest += checks[name].needs
    kept = (Group(group.name, tuple(check for check in group.checks if check.id in wanted)) for group in groups)
    return [group for group in kept if group.checks]


def _holds(result: Result | None) -> bool:
    return result is not None and isinstance(result.outcome, Passed | Warned)


def _lacking(need: str) -> Outcome:
    return Skipped(f"it needs {need}", f"See the outcome of {need}.")


def _outcome(check: Check, facts: Any) -> tuple[Outcome, int]:
    try:
        return check.run(facts), 1
    except InterruptedFailure:
        raise
    except Failure as failure:
        remedy = failure.remedy or "Repair this, then run preflight again."
        return Failed(str(failure), remedy), failure.exit_code
    except Exception as error:  # One broken check must not hide what the others find.
        place = [line.strip() for line in errors.trace(error)][1:][-1:]
        found = f"the check ended with {', '.join([type(error).__name__, *place])}"
        return Failed(found, "This is a defect of the command line. Please report it."), 1
