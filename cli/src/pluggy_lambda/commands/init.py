"""`pluggy-lambda init`: writes an environment's file of parameters by questions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from pluggy_lambda import console, parameters
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.options import Operation, operation

EPILOG = """\b
Examples:
  pluggy-lambda init --env dev
  pluggy-lambda init --env dev --set JwtIssuer=https://id.example.com --set JwtAudience=app \\
    --set JwtScope=connections --set PluggyClientId=11111111-0000-4000-8000-000000000003
"""
EXAMPLE_HOST = "example.com"
# Without it, a default could not be emptied: the prompt takes an empty answer for the default.
EMPTY = "-"
# The first line of an example.
HEAD = re.compile(r"\A# Parameters of the environment `\w+`\. Copy .*")


@dataclass(frozen=True)
class Question:
    """A question, and the parameter that its answer sets."""

    parameter: str
    text: str
    explanation: str
    may_be_empty: bool = False


QUESTIONS = (
    Question(
        "PluggyClientId",
        "Pluggy client id",
        "The application's client id, from Pluggy's dashboard, Applications. It is no secret; `pluggy-lambda secret`\n"
        "asks for the client secret later.",
    ),
    Question(
        "JwtIssuer",
        "Issuer of your users' access tokens",
        "Exactly the iss claim of a token, a slash at the end included (docs/guides/identity.md has the settings):\n"
        "  Cognito   https://cognito-idp.<region>.amazonaws.com/<user pool id>\n"
        "  Auth0     https://<tenant>.<region>.auth0.com/\n"
        "  Firebase  https://securetoken.google.com/<project id>",
    ),
    Question(
        "JwtAudience",
        "Audience of the tokens",
        "The aud claim, or client_id where there is no aud. Several are separated by commas.",
    ),
    Question(
        "JwtScope",
        "Scope that a token must have",
        "A scope keeps ID tokens out. Leave it empty only if your provider gives none, as Firebase.",
        may_be_empty=True,
    ),
    Question(
        "OwnerClaim",
        "Claim that identifies the user",
        "Opaque and stable. Pluggy receives it, so it must be no e-mail address and no CPF.",
    ),
    Question(
        "CorsAllowedOrigins",
        "Origins of your web apps",
        "Such as https://app.example.com. Several are separated by commas. Empty: no web app.",
        may_be_empty=True,
    ),
    Question(
        "SandboxConnectors",
        "Allow sandbox banks (true or false)",
        "They need no bank account. Not for production, where anybody could connect an invented bank.",
    ),
    Question(
        "AlarmTopicArn",
        "SNS topic for alarms",
        "Its ARN. Empty: alarms reach nobody.",
        may_be_empty=True,
    ),
)


@click.command(epilog=EPILOG)
@click.option("--set", "given", metavar="NAME=VALUE", multiple=True, help="Set a parameter without a question.")
@operation
def init(run: Operation, given: tuple[str, ...]) -> None:
    """Write the parameters of an environment by questions.

    The command explains and asks what has no safe default, and writes the environment's file, params/<env>.yaml, from
    the example beside it. In a file that exists, it changes the answers alone, or only what --set names. Without a
    terminal it asks nothing, and --set must give what is missing.
    """
    file = run.environment.parameters_file
    if run.environment.is_local:
        raise WrongUsageError("make up writes the parameters of the local stack", "Name another environment.")
    answers = dict(map(_pair, given))
    text, values = _start(run, file)
    if not given or not file.exists():
        answers |= _asked(run, answers, values)
    if not file.exists():
        # Both follow from other answers. Later they may be changed by hand.
        answers.setdefault("PluggySecretName", run.environment.secret_name)
        answers.setdefault("ConnectProfiles", _profiles(answers["SandboxConnectors"]))
    problems = parameters.problems({**values, **answers})
    if problems:
        raise Failure("; ".join(problems), f"Correct {file}, or give the values with --set.")
    if file.exists():
        run.confirm(f"Change {file}?")
        if not parameters.write(file, answers):
            raise Failure(f"{file} is not written one parameter in a line", "Set the values there yourself.")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(parameters.edited(text, answers), encoding="utf-8")
    env = run.environment.name
    run.console.result(
        [
            f"written: {file}",
            f"Next: pluggy-lambda secret --env {env}, then pluggy-lambda preflight --env {env} --token",
        ],
        {"file": str(file), "parameters": answers},
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in parameters.declared():
        raise WrongUsageError(
            f"--set {name} names no parameter" if equals else f"--set {text} has no =",
            "Write --set NAME=VALUE, with a parameter of template.yaml.",
        )
    if problem := parameters.problem_of(name, value):
        raise WrongUsageError(f"--set: {problem}", parameters.declared()[name]["Description"])
    return name, value


def _start(run: Operation, file: Path) -> tuple[str, dict[str, str]]:
    """Returns the text from which the file is made, and the values in it that are no example's."""
    if file.exists():
        return "", parameters.read(file)
    name = run.environment.name
    examples = [file.with_name(f"{each}.example.yaml") for each in (name, "prod")]
    example = next(filter(Path.is_file, examples), None)
    if example is None:
        raise Failure(f"{examples[-1]} is missing", "Restore it from the release or the checkout.")
    # What every deployer must say has an invented value in the example.
    values = {
        parameter: value
        for parameter, value in parameters.read(example).items()
        if "Default" in parameters.declared()[parameter] and EXAMPLE_HOST not in value
    }
    text = HEAD.sub(
        f"# Parameters of the environment `{name}`. git ignores this file.", example.read_text(encoding="utf-8")
    )
    return text, values


def _asked(run: Operation, answers: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in QUESTIONS:
        name = question.parameter
        if name in answers:
            continue
        default = parameters.with_defaults(values).get(name)
        if not console.is_interactive():
            if default is None:
                raise WrongUsageError(f"nobody can answer: {question.text}", f"Give it: --set {name}=VALUE")
            found[name] = default
        else:
            found[name] = _answer(run, question, default)
    return found


def _answer(run: Operation, question: Question, default: str | None) -> str:
    run.console.heading(question.parameter)
    run.console.say(question.explanation)
    if question.may_be_empty and default:
        run.console.say(f"{EMPTY} leaves it empty.")

    def checked(value: str) -> str:
        value = value.strip()
        if question.may_be_empty and value == EMPTY:
            return ""
        if problem := parameters.problem_of(question.parameter, value):
            raise click.UsageError(problem)
        return value

    return _prompt(question, default, checked)


def _prompt(question: Question, default: str | None, checked: Callable[[str], str]) -> str:
    shown_default = default or ("" if question.may_be_empty else None)
    return click.prompt(question.text, default=shown_default, show_default=bool(default), value_proc=checked, err=True)


def _profiles(sandbox: str) -> str:
    connect = f'{{"includeSandbox":{sandbox},"language":"pt"}}'
    return f'{{"default":{{"connect":{connect},"token":{{"avoidDuplicates":true}}}}}}'
