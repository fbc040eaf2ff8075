"""Options, questions and the end of a failure, as all commands have them."""

import functools
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from pluggy_lambda import aws, console, environment, errors
from pluggy_lambda.aws import Aws, Clients
from pluggy_lambda.console import Console
from pluggy_lambda.environment import Environment
from pluggy_lambda.errors import Failure, InterruptedFailure, WrongUsageError
from pluggy_lambda.pace import DEFAULT_PER_SECOND, MAX_PER_SECOND

Function = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """One run of a command."""

    console: Console
    environment: Environment
    as_json: bool
    yes: bool
    make_clients: Callable[[Environment], Clients]

    @functools.cached_property
    def aws(self) -> Aws:
        """Returns the account of the environment. Its credentials are sought at the first call."""
        make = functools.cache(self.make_clients)
        return Aws(self.environment, functools.cache(lambda service: make(self.environment)(service)))

    def confirm(self, question: str) -> None:
        """Asks the operator, unless --yes answers. A `no` ends the command."""
        if self.yes:
            return
        if not console.is_interactive():
            raise WrongUsageError(f"nobody can answer: {question}", "Add --yes to answer in advance.")
        if not click.confirm(question, err=True):
            raise Failure("nothing was changed", "Run the command again and answer y.")

    def ask_line(self, what: str) -> str:
        """Asks for a value on the terminal, or reads a line of the standard input."""
        return self._ask(what, hide_input=False)

    def ask_secret(self, what: str) -> str:
        """Asks for a secret on the terminal without showing it, or reads a line of the standard input."""
        return self._ask(what, hide_input=True)

    def ask_token(self) -> str:
        """Asks for a user's access token, which may be pasted from a header."""
        return re.sub("^bearer +", "", self.ask_secret("A user's access token"), flags=re.IGNORECASE)

    def _ask(self, what: str, *, hide_input: bool) -> str:
        if console.is_interactive():
            label = f"{what} (not shown)" if hide_input else what
            value = click.prompt(label, hide_input=hide_input, err=True).strip()
        else:
            value = sys.stdin.readline().strip()
        if not value:
            raise WrongUsageError(
                f"the standard input has no line for: {what}", "Pipe the value in, or run the command in a terminal."
            )
        if not (value.isascii() and value.isprintable()):
            raise WrongUsageError(
                f"this value has characters that none has: {what}", "Copy it again, without the text around it."
            )
        return value


def operation(function: Function) -> Function:
    """Gives a command the options of all commands, and the run as its first argument."""

    @click.option("--env", "name", required=True, metavar="NAME", help="The environment of samconfig.toml.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on the standard output.")
    @click.option("--yes", is_flag=True, help="Answer every question with yes.")
    @click.pass_context
    @functools.wraps(function)
    def run(context: click.Context, *, name: str, as_json: bool, yes: bool, **options: Any) -> None:
        words = context.command_path.split()[1:]
        output = Console(" ".join(words), name, as_json=as_json)
        try:
            chosen = environment.named(name)
            function(Operation(output, chosen, as_json, yes, context.obj or aws.clients), **options)
        except Failure as failure:
            output.error(str(failure), failure.remedy)
            context.exit(failure.exit_code)
        except (KeyboardInterrupt, click.Abort):
            output.error("interrupted", "Run the same command again.")
            context.exit(InterruptedFailure.exit_code)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:  # Nobody reads on. click ends the command without a word.
            raise
        except Exception as error:
            for line in ["Traceback, without messages:", *errors.trace(error)]:
                output.say(line)
            problem = f"unexpected {type(error).__name__}"
            output.error(problem, "This is a defect of the command line. Please report it with the lines above.")
            context.exit(1)
        finally:
            output.clear()

    return run


class Rate(click.FloatRange):
    """A number of operations in a second."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Returns the number. NaN is in no range, and click lets it through."""
        number = super().convert(value, param, ctx)
        return self.fail(f"{value} is not a number.", param, ctx) if math.isnan(number) else number


def rate(
    help_text: str = f"Fetches requested in a second (default {DEFAULT_PER_SECOND:g}).",
) -> Callable[[Function], Function]:
    """Returns a decorator that adds the options of a job that requests fetches."""
    with_run = click.option("--run", "run_id", metavar="ID", default="", help="Continue this run.")
    with_rate = click.option("--rate", type=Rate(0, MAX_PER_SECOND, min_open=True), metavar="NUMBER", help=help_text)
    return lambda function: with_rate(with_run(function))
