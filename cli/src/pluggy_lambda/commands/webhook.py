"""`pluggy-lambda webhook`: tests, registers and shows the webhook at Pluggy."""

import click

from pluggy_lambda import functions, registration
from pluggy_lambda.errors import Failure
from pluggy_lambda.options import Operation, operation


@click.group()
def webhook() -> None:
    """Test, register or show the webhook at Pluggy."""


@webhook.command()
@operation
def test(run: Operation) -> None:
    """Make a test delivery to the deployed webhook.

    webhook-registration posts a test event with the stored webhook secret, as Pluggy does. The webhook must answer
    200, which proves its address, its secret and its table.
    """
    url = run.aws.stack().output("WebhookUrl")
    ask = functions.webhook_registration(run.aws)
    with run.console.step(f"test delivery to {url}"):
        registration.test_delivery(ask)
    run.console.result(["the webhook accepted the test delivery"], {"url": url, "delivered": True})


@webhook.command()
@click.option(
    "--delete-elsewhere", is_flag=True, help="Delete other webhooks at Pluggy that send the same secret elsewhere."
)
@operation
def register(run: Operation, delete_elsewhere: bool) -> None:
    """Register the deployed webhook at Pluggy.

    The command makes a test delivery first. It creates the registration or repairs it, and checks it afterwards.
    """
    url = run.aws.stack().output("WebhookUrl")
    if delete_elsewhere:
        run.confirm("Delete every other webhook at Pluggy that sends this secret?")
    ask = functions.webhook_registration(run.aws)
    with run.console.step(f"test delivery to {url}"):
        registration.test_delivery(ask)
    with run.console.step("registration at Pluggy"):
        done = registration.ensure(ask, "delete" if delete_elsewhere else "keep")
    with run.console.step("check of the registration"):
        found = registration.problems(ask)
    if found:
        problems = "; ".join(map(str, found))
        raise Failure(f"the webhook is registered, but {problems}", f"See {registration.RUNBOOK}.")
    run.console.result([f"the webhook is registered at Pluggy ({done})"], {"url": url, "registration": done})


@webhook.command()
@operation
def show(run: Operation) -> None:
    """Show the webhook's address and registration.

    The command lists the problems of the registration at Pluggy. A problem ends the command with exit code 1.
    """
    url = run.aws.stack().output("WebhookUrl")
    found = registration.problems(functions.webhook_registration(run.aws))
    lines = [f"address       {url}", *(f"problem       {problem}" for problem in found)]
    document = {"url": url, "problems": [problem.id for problem in found]}
    run.console.result(lines if found else [*lines, "registration  receives all events"], document)
    if found:
        click.get_current_context().exit(1)
