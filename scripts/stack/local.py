"""The local stack as a whole: start of its processes, deployment of changes, and its addresses."""

import fcntl
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pluggy_lambda import audit, event_row, functions, registration, request, walk
from stack import (
    backend_role,
    build,
    console,
    demo,
    deployment,
    examples,
    gateway,
    ministack,
    paths,
    sandbox,
    settings,
    stack_file,
    widget_bundle,
)
from stack.stack_file import Credentials

# The phases of `bring_up`.
PHASES = ["Compile", "Start", "Deploy", "Register the webhook"]

USER = "usr_01J9X"
PATIENCE_SECONDS = 60


@contextmanager
def exclusive() -> Iterator[None]:
    """Locks the stack, so that only one command at a time changes it."""
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.RUN / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise console.Failure(
                "another make up or make down is running on this stack", "Wait until it has ended."
            ) from None
        yield


def bring_up(phases: console.Phases, *, release: bool) -> dict[str, Any]:
    """Builds, starts and deploys the stack. Leaves everything that is up to date unchanged.

    Runs the phases of `PHASES`. Compiles the functions with a fast profile, or as for AWS (`release`).
    """
    phases.next("minutes the first time" if release or not build.SANDBOX.exists() else "")
    if release:
        build.sandbox()
        template = build.release()
    else:
        template = build.local()
    widget_bundle.build_if_possible()
    demo.bundle_if_possible()
    phases.next()
    credentials = start()
    phases.next()
    stack = deploy(template, credentials)
    phases.next()
    register_webhook(stack)
    return serve_page(stack)


@contextmanager
def running(*, release: bool) -> Iterator[dict[str, Any]]:
    """Brings the stack up for the tests of a command. A stack that was started for them is stopped again."""
    was_running = is_running()
    try:
        with exclusive(), ministack.reachable():
            phases = console.Phases(PHASES)
            stack = bring_up(phases, release=release)
            phases.done()
            yield stack
    finally:
        if not was_running:
            stop()


def is_running() -> bool:
    """Returns whether a stack was started and still runs."""
    return stack_file.read_if_any() is not None and ministack.PROCESS.is_running() and sandbox.PROCESS.is_running()


def start() -> Credentials:
    """Ensures that MiniStack and the sandbox run.

    They start and stop together. MiniStack keeps the sandbox's signing keys for hours, and both lose their state when
    they stop, so a new one does not work with an old one.
    """
    known = _known_credentials()
    if known is not None and ministack.is_healthy() and sandbox.is_healthy(known):
        console.line("MiniStack and the sandbox are running")
        return known
    stop()
    credentials = Credentials(settings.CLIENT_ID, secrets.token_hex(32), secrets.token_hex(32))
    with console.step(f"MiniStack on {ministack.endpoint()}"):
        ministack.start()
    with console.step(f"sandbox on {sandbox.url()}"):
        sandbox.start(credentials)
    deployment.create_secret(credentials)
    return credentials


def stop() -> list[str]:
    """Stops what `start` started, and returns the names."""
    stack_file.remove()
    deployment.STAMP.clear()
    examples.STAMP.clear()
    return [process.name for process in (demo.PROCESS, sandbox.PROCESS, ministack.PROCESS) if process.stop()]


def deploy(template: Path, credentials: Credentials) -> dict[str, Any]:
    """Deploys the build, and writes the stack's addresses to the stack file."""
    values = deployment.parameters(credentials, sandbox.url())
    if deployment.is_current(template, values):
        console.line("unchanged since the last deployment")
        return stack_file.read()
    with console.step("sam deploy"):
        deployment.deploy(template, values)
    with console.step("routes of the HTTP API"):
        api_id = gateway.create_routes(settings.STACK_NAME)
        backend_role.create(api_id)
    # A separate stack, which stays unchanged.
    beside = {name: value for name, value in (stack_file.read_if_any() or {}).items() if name == "examples"}
    stack = _describe(credentials, api_id) | beside
    stack_file.write(stack)
    deployment.confirm(template, values)
    return stack


def register_webhook(stack: dict[str, Any]) -> None:
    """Makes a test delivery, then registers the webhook at Pluggy, as `make register-webhook` does."""
    webhook = stack["webhook"]
    with console.step("test delivery to the function URL"):
        answer = request.send_json(
            "POST",
            webhook["url"],
            {"event": "test/delivery", "eventId": str(uuid.uuid4())},
            headers={webhook["secretHeader"]: webhook["secret"]},
            host=webhook["host"],
        )
        if answer.status != 200:
            raise console.Failure(
                f"the webhook answered {answer.status} to a test delivery, not 200",
                "See the functions' logs (make logs). To start with an empty stack: make down && make up",
            )
    with console.step("registration at Pluggy"):
        statement = audit.statement(ministack.client("sts"))
        function = stack["functions"]["webhookRegistration"]
        registration.ensure(functions.asking(ministack.client("lambda"), function, statement, "webhook-registration"))


def serve_page(stack: dict[str, Any]) -> dict[str, Any]:
    """Ensures that the page is served, where it is bundled. Returns the stack with or without its address."""
    is_served = demo.is_possible()
    described = {name: value for name, value in stack.items() if name != "demo"}
    if is_served:
        described["demo"] = {"url": demo.url()}
    if described != stack:
        stack_file.write(described)
    if is_served:
        demo.start()
    return described


def walk_once(stack: dict[str, Any]) -> dict[str, Any]:
    """Connects a bank on the local stack. Returns the item's status."""
    dynamodb = ministack.client("dynamodb")
    events = stack["tables"]["events"]
    walked = walk.run(
        walk.Surroundings(
            api_url=stack["api"]["url"],
            api_host=stack["api"]["host"],
            pluggy_url=stack["sandbox"]["url"],
            user_token=sandbox.user_token(stack["sandbox"]["url"], USER),
            events_of=lambda item_id: event_row.of_item(dynamodb, events, item_id),
            patience_seconds=PATIENCE_SECONDS,
        ),
        console.line,
    )
    return walked.status


def _known_credentials() -> Credentials | None:
    stack = stack_file.read_if_any()
    try:
        client = (stack or {})["sandbox"]["credentials"]
        return Credentials(client["clientId"], client["clientSecret"], (stack or {})["webhook"]["secret"])
    except (KeyError, TypeError):
        return None


def _describe(credentials: Credentials, api_id: str) -> dict[str, Any]:
    outputs = deployment.outputs(ministack.client("cloudformation"), settings.STACK_NAME)
    endpoint = ministack.endpoint()
    return {
        "stackName": settings.STACK_NAME,
        "aws": {"endpoint": endpoint, "region": settings.REGION},
        "api": {"url": endpoint, "host": f"{api_id}.execute-api.localhost:{settings.aws_port()}"},
        # An address that needs no Host header of its own.
        "backend": {"apiUrl": f"{endpoint}/_aws/execute-api/{api_id}", "roleArn": settings.BACKEND_ROLE_ARN},
        "webhook": {
            "url": endpoint,
            "host": outputs["WebhookUrl"].removeprefix("https://").rstrip("/"),
            "secretHeader": settings.SECRET_HEADER,
            "secret": credentials.webhook_secret,
        },
        "sandbox": {
            "url": sandbox.url(),
            "credentials": {"clientId": credentials.client_id, "clientSecret": credentials.client_secret},
        },
        "tables": {
            "events": outputs["EventTableName"],
            "items": outputs["ItemTableName"],
            "credentials": outputs["CredentialTableName"],
            "limits": outputs["LimitTableName"],
        },
        "functions": {
            "inspect": outputs["InspectFunctionName"],
            "operator": outputs["OperatorFunctionName"],
            "republish": outputs["RepublishFunctionName"],
            "webhookRegistration": outputs["WebhookRegistrationFunctionName"],
        },
        "bus": outputs["EventBusName"],
        "publishDeadLetterQueue": outputs["PublishDeadLetterQueueUrl"],
    }
