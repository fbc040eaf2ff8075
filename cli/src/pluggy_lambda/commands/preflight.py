"""`pluggy-lambda preflight`: checks everything that a deployment needs, and a deployed stack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pluggy_lambda.console import printable
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.options import Operation, operation
from pluggy_lambda.preflight import account, check, credentials, identity, stack
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Result, Skipped, Warned
from pluggy_lambda.preflight.facts import Facts
from pluggy_lambda.preflight.publishable import publishable

if TYPE_CHECKING:
    from rich.text import Text

# The identity provider comes before the account, because the API's import needs its keys.
GROUPS = (account.FILE_GROUP, identity.GROUP, account.GROUP, credentials.GROUP)
WITH_STACK = (*GROUPS, stack.GROUP)
WORDS: Mapping[type, tuple[str, str]] = {
    Passed: ("ok", "green"),
    Warned: ("warning", "yellow"),
    Failed: ("failed", "bold red"),
    Skipped: ("skipped", "dim"),
}
INDENT = " " * 9
EPILOG = """\b
Examples:
  pluggy-lambda preflight --env dev
  pluggy-lambda preflight --env dev --token
  pluggy-lambda preflight --env prod --stack --json
"""


@click.command(epilog=EPILOG)
@click.option("--stack", "with_stack", is_flag=True, help="Check the deployed stack as well.")
@click.option("--token", "with_token", is_flag=True, help="Check a user's access token, by prompt or standard input.")
@click.option("--only", metavar="ID", multiple=True, help="Run this check and those that it needs.")
@operation
def preflight(run: Operation, with_stack: bool, with_token: bool, only: tuple[str, ...]) -> None:
    """Check everything that a deployment needs.

    It checks the parameters, AWS, the identity provider and Pluggy. With --stack it checks the deployed stack as well.
    A failed check names its remedy and ends the command with exit code 1; a warning does not. Nothing is changed,
    except that an API is imported and deleted again. The output has no secret, no token, no user's name and no absolute
    path.
    """
    groups = WITH_STACK if with_stack else GROUPS
    known = [each.id for group in groups for each in group.checks]
    if unknown := [name for name in only if name not in known]:
        hint = "Add --stack." if not with_stack and unknown[0] in _ids(WITH_STACK) else f"Checks: {', '.join(known)}"
        raise WrongUsageError(f"there is no check {unknown[0]}", hint)
    token = run.ask_token() if with_token else ""
    chosen = check.chosen(groups, only)

    def observe(each: Check) -> None:
        run.console.progress(f"checking that {each.sentence}", log=False)

    # The output is for public reports too.
    def cleaned(text: str) -> str:
        return publishable(text, run.environment)

    try:
        found = check.run(chosen, Facts(run.aws, token), observe)
    except Failure as failure:
        failure.args, failure.remedy = (cleaned(str(failure)),), cleaned(failure.remedy)
        raise
    results = {name: each.mapped(cleaned) for name, each in found.items()}
    _require_run(chosen, only, results)
    counts = {word: sum(_word(result.outcome) == word for result in results.values()) for word, _ in WORDS.values()}
    run.console.result(lines(chosen, results), {"checks": [_document(result) for result in results.values()], **counts})
    if codes := {result.exit_code for result in results.values() if isinstance(result.outcome, Failed)}:
        click.get_current_context().exit(max(codes))


def _require_run(groups: Sequence[Group], only: Sequence[str], results: Mapping[str, Result]) -> None:
    """Refuses a named check that was skipped although nothing failed: the command line lacks what it needs."""
    outcomes = [result.outcome for result in results.values()]
    if any(isinstance(outcome, Failed) for outcome in outcomes):
        return
    for name in only:
        if isinstance(results[name].outcome, Skipped):
            needed = [results[each.id].outcome for group in check.chosen(groups, [name]) for each in group.checks]
            # The first skipped check is one that the others need.
            [skipped, *_] = [outcome for outcome in needed if isinstance(outcome, Skipped)]
            raise WrongUsageError(f"the check {name} is skipped: {skipped.because}", skipped.remedy)


def lines(groups: Sequence[Group], results: Mapping[str, Result]) -> list["str | Text"]:
    """Returns the results as lines, each with what was found and the remedy."""
    from rich.text import Text

    shown: list[str | Text] = []
    for group in groups:
        shown += ["", Text(group.name, "bold")] if shown else [Text(group.name, "bold")]
        for each in group.checks:
            shown += _lines(each, results[each.id].outcome)
    found = Counter(_word(result.outcome) for result in results.values())
    counts = [
        f"{found[word]} {word}{'s' if word == 'warning' and found[word] > 1 else ''}"
        for word, _ in WORDS.values()
        if found[word]
    ]
    return [*shown, "", ", ".join(counts)]


def _lines(each: Check, outcome: Outcome) -> list["str | Text"]:
    from rich.text import Text

    word, style = WORDS[type(outcome)]
    first = Text.assemble((f"{word:<8}", style), " ", (f"{each.id:<21}", "cyan"), f"{each.sentence}")
    match outcome:
        case Passed(remark) | Skipped(remark, _):
            if remark:
                first.append(f" ({printable(remark)})", "dim")
            return [first]
        case Warned(found, remedy) | Failed(found, remedy):
            found_line = Text.assemble(INDENT, (printable(found), ""))
            return [first, found_line, Text.assemble(INDENT, ("hint: ", "bold"), printable(remedy))]
    raise AssertionError(outcome)


def _document(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    details: dict[str, Any] = {}
    match outcome:
        case Passed(found):
            details = {"found": found}
        case Skipped(because, _):
            details = {"because": because}
        case Warned(found, remedy) | Failed(found, remedy):
            details = {"found": found, "remedy": remedy}
    return {
        "id": result.check.id,
        "check": result.check.sentence,
        "outcome": _word(outcome),
        **details,
        "seconds": round(result.seconds, 3),
    }


def _word(outcome: Outcome) -> str:
    return WORDS[type(outcome)][0]


def _ids(groups: Sequence[Group]) -> set[str]:
    return {each.id for group in groups for each in group.checks}
