"""The webhook's registration at Pluggy, by the commands of `webhook-registration`."""

from dataclasses import dataclass

from pluggy_lambda.errors import Failure
from pluggy_lambda.functions import Ask

RUNBOOK = "docs/operations/runbook/webhook-registration.md#webhookregistrationbrokenalarm"
MEANINGS = {
    "missing": "no webhook at Pluggy has this address",
    "elsewhere": "another webhook at Pluggy sends the webhook secret to another address",
    "not-all-events": "the webhook does not receive all events",
    "disabled": "the webhook is disabled",
    "secret-refused": "the webhook carries a secret that the deployed WebhookSecretSha256 does not accept",
}


@dataclass(frozen=True)
class Problem:
    """A problem of the registration."""

    id: str

    def __str__(self) -> str:
        return f"{self.id}: {MEANINGS.get(self.id, f'see {RUNBOOK}')}"


def test_delivery(ask: Ask) -> None:
    """Makes the function post a test event to the webhook. Any response but 200 is a failure."""
    ask({"action": "test-delivery"})


def ensure(ask: Ask, elsewhere: str = "keep") -> str:
    """Makes the function create the webhook at Pluggy, or update the existing one. Returns what it did.

    Other webhooks with our secret are kept, or deleted (`elsewhere` is "delete").
    """
    return str(ask({"action": "ensure", "elsewhere": elsewhere})["result"])


def problems(ask: Ask) -> list[Problem]:
    """Makes the function check the registration. Returns the problems, which also drive its alarms."""
    report = ask({"action": "watch"})
    if "problems" not in report:
        raise Failure(
            "webhook-registration could not fetch the webhooks from Pluggy",
            "The log of webhook-registration has the reason. pluggy-lambda preflight checks Pluggy's credentials.",
        )
    return [Problem(name) for name in report["problems"]]
