"""The command `pluggy-lambda`."""

import io
import sys
from typing import Any, NoReturn

import click

from pluggy_lambda import __version__
from pluggy_lambda.commands import init, items, preflight, privacy, remove, replay, secret, smoke, webhook
from pluggy_lambda.console import Console
from pluggy_lambda.errors import InterruptedFailure

EPILOG = """\b
Exit codes:
  0    done
  1    a check failed, or a service refused
  2    wrong usage
  4    no AWS credentials, or AWS refuses them
  130  interrupted; a long job prints the line that continues it
"""


class Commands(click.Group):
    """A group whose usage errors look like every other error."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> NoReturn:
        """Runs the command line and ends the process."""
        assert standalone_mode
        _use_utf8()
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "pluggy-lambda"
            Console().error(_sentence(error.format_message()), f"{path} --help shows what is possible.")
            sys.exit(error.exit_code)
        except click.ClickException as error:
            Console().error(_sentence(error.format_message()), "")
            sys.exit(error.exit_code)
        except click.Abort:
            Console().error("interrupted", "Run the same command again.")
            sys.exit(InterruptedFailure.exit_code)
        sys.exit(code if isinstance(code, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the commands in the order in which an operator needs them."""
        return list(self.commands)


@click.group(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pluggy-lambda")
def main() -> None:
    """Set up, check, operate and remove Pluggy on Lambda.

    Every command names its environment: --env dev, of samconfig.toml in the current folder or above it. The environment
    `local` is the stack of `make up`.
    """


for command in (
    init.init,
    preflight.preflight,
    secret.secret,
    webhook.webhook,
    smoke.smoke,
    items.items,
    replay.replay,
    privacy.privacy,
    remove.remove,
):
    main.add_command(command)


def _use_utf8() -> None:
    """Sets the encoding of the standard streams. Windows has another one for pipes and files."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _sentence(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")
