"""`make register-webhook ENV=...`: a test delivery to the deployed webhook, then its registration at Pluggy."""

import os

from stack import account, audit, console, environment, webhook_registration


def register_webhook() -> None:
    elsewhere = os.environ.get("ELSEWHERE", "keep")
    if elsewhere not in ("keep", "delete"):
        raise console.Failure(f"ELSEWHERE={elsewhere} is neither keep nor delete")
    chosen = environment.required()
    with account.reachable():
        outputs, _ = account.describe(chosen)
        client, function = account.client("lambda", chosen), outputs["WebhookRegistrationFunctionName"]
        statement = audit.statement(account.client("sts", chosen))
        with console.step(f"test delivery to {outputs['WebhookUrl']}"):
            webhook_registration.test_delivery(client, function, statement)
        with console.step("registration at Pluggy"):
            webhook_registration.ensure(client, function, statement, elsewhere)
        with console.step("check of the registration"):
            problems = webhook_registration.watch(client, function, statement)
        if problems:
            raise console.Failure(
                f"the webhook is registered, but the check finds: {', '.join(problems)}",
                "See docs/runbook/webhook-registration-broken.md.",
            )


if __name__ == "__main__":
    console.run(register_webhook)
