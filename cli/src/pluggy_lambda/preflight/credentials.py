"""Checks of Pluggy's credentials and of the webhook secret."""

from pluggy_lambda import pluggy, secrets
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Warned
from pluggy_lambda.preflight.facts import Facts


def secret_is_complete(facts: Facts) -> Outcome:
    """Checks that the secret has every key, and is that of the application."""
    name, env = facts.parameters["PluggySecretName"], facts.aws.environment.name
    store = f"Store it: pluggy-lambda secret --env {env}"
    with facts.aws.explained():
        value = secrets.read(facts.aws.client("secretsmanager"), name)
    if not value:
        return Failed(f"there is no secret {name} in {facts.region}, or it is empty", store)
    missing = [key for key in secrets.KEYS if not value.get(key)]
    if missing:
        return Failed(f"the secret {name} has no {', '.join(missing)}", store)
    client_id = facts.parameters["PluggyClientId"]
    if value["clientId"].lower() != client_id:
        return Failed(
            f"the secret is of client {value['clientId']} and PluggyClientId is {client_id}",
            f"Set PluggyClientId: {value['clientId'].lower()}, or store the other credentials: pluggy-lambda secret",
        )
    facts.secret = value
    return Passed(name)


def pluggy_accepts(facts: Facts) -> Outcome:
    """Checks the client id and the client secret at Pluggy."""
    credentials = pluggy.Credentials(facts.secret["clientId"], facts.secret["clientSecret"])
    answer = pluggy.authenticate(facts.parameters["PluggyBaseUrl"], credentials)
    if answer.status == 200 and answer.object().get("apiKey"):
        return Passed(facts.parameters["PluggyBaseUrl"])
    if answer.status in (400, 401, 403):
        return Failed(
            f"Pluggy answers {answer.status} to the stored credentials",
            f"Copy them from Pluggy's dashboard: pluggy-lambda secret --env {facts.aws.environment.name}. "
            "If the application has an IP allowlist, this machine must be on it.",
        )
    return Failed(f"Pluggy answers {answer.status} to POST /auth", "Try again, or see status.pluggy.ai.")


def digest_matches(facts: Facts) -> Outcome:
    """Checks that the webhook will accept the secret that is registered at Pluggy."""
    digest = secrets.sha256(facts.secret["webhookSecret"])
    found = facts.parameters["WebhookSecretSha256"]
    digests = found.split(",")
    if digest not in digests:
        what = "is not that of the stored webhook secret" if found else "is empty, which closes the webhook"
        return Failed(f"WebhookSecretSha256 {what}", f"Set WebhookSecretSha256: {digest}")
    if len(digests) > 1:
        return Warned(
            "WebhookSecretSha256 has two digests, so a rotation has not ended",
            f"End it as docs/operations/rotation.md says: WebhookSecretSha256: {digest}",
        )
    return Passed(digest)


GROUP = Group(
    "Pluggy",
    (
        Check(
            "secret", "the secret has the application's credentials", secret_is_complete, ("parameters", "credentials")
        ),
        Check("pluggy", "Pluggy accepts the credentials", pluggy_accepts, ("secret",)),
        Check("webhook-digest", "the webhook accepts the stored webhook secret", digest_matches, ("secret",)),
    ),
)
