"""`make register-webhook STACK=...`: a test delivery to the deployed webhook, then its registration at Pluggy."""

from stack import account, console, subscription


def register_webhook() -> None:
    with account.reachable():
        outputs, _ = account.describe(account.stack_name())
        client, function = account.client("lambda"), outputs["SubscriptionFunctionName"]
        with console.step(f"test delivery to {outputs['WebhookUrl']}"):
            subscription.test_delivery(client, function)
        with console.step("registration at Pluggy"):
            subscription.ensure(client, function)


if __name__ == "__main__":
    console.run(register_webhook)
