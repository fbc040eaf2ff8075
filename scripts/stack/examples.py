"""The consumers in `examples/`, deployed beside the local stack as their own stack."""

from typing import Any

from stack import build, cargo, console, deployment, fingerprint, machine, ministack, paths, sam, settings, stack_file

STACK_NAME = f"{settings.STACK_NAME}-examples"
TEMPLATE = "examples/template.yaml"
# Not beside the build of the main stack, because SAM writes what it has built to the folder above.
BUILT_TEMPLATE = paths.ROOT / ".aws-sam" / "examples" / "build" / "template.yaml"
INPUTS = [*build.COMMON_INPUTS, "shared", "examples", "scripts/requirements/sam.txt"]
STAMP = fingerprint.Stamp(paths.RUN / "deployed-examples")


def bring_up(stack: dict[str, Any]) -> dict[str, Any]:
    """Builds the consumers and deploys them to the running stack, if anything changed. Returns their addresses."""
    console.heading("Build the examples")
    built = package()
    console.heading("Deploy the examples")
    values = _parameters(stack)
    wanted = fingerprint.of_text(built, str(sorted(values.items())))
    if STAMP.matches(wanted) and "examples" in stack:
        console.line("unchanged since the last deployment")
        return stack["examples"]
    STAMP.clear()
    with console.step("sam deploy"):
        _deploy(values)
    outputs = deployment.outputs(ministack.client("cloudformation"), STACK_NAME)
    stack["examples"] = {
        consumer: {
            "table": outputs[f"Transactions{consumer.title()}TableName"],
            "deadLetterQueue": outputs[f"Transactions{consumer.title()}DeadLetterQueueUrl"],
        }
        for consumer in ("rust", "node")
    }
    stack_file.write(stack)
    STAMP.write(wanted)
    return stack["examples"]


def package() -> str:
    """Compiles and packages the consumers, unless nothing has changed. Returns the fingerprint of their inputs."""
    architecture = machine.architecture()
    wanted = fingerprint.of_text(fingerprint.of_files(paths.ROOT / name for name in INPUTS), architecture)
    stamp = fingerprint.Stamp(paths.RUN / "built-examples")
    if stamp.matches(wanted) and BUILT_TEMPLATE.is_file():
        console.line("consumers: unchanged since the last build")
        return wanted
    stamp.clear()
    # Compiled first to show the progress. `sam build` then finds the work done.
    build.bootstraps("transactions-rust", ["transactions-rust"], architecture)
    with console.step("packaging the consumers (sam build)"):
        arguments = [
            "--template-file", TEMPLATE,
            "--build-dir", str(BUILT_TEMPLATE.parent),
            "--beta-features",
            # In the artifact's folder: `npm ci` in ours would take the packages from tests that run meanwhile.
            "--no-build-in-source",
            "--parameter-overrides", f"Architecture={architecture}",
        ]  # fmt: skip
        sam.run("build", arguments, cargo.environment())
    stamp.write(wanted)
    return wanted


def _deploy(values: dict[str, str]) -> None:
    arguments = [
        "--template-file", str(BUILT_TEMPLATE),
        "--stack-name", STACK_NAME,
        "--region", settings.REGION,
        "--capabilities", "CAPABILITY_IAM",
        "--resolve-s3",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--parameter-overrides", *(f"{name}={value}" for name, value in values.items()),
    ]  # fmt: skip
    sam.run("deploy", arguments, ministack.client_environment())


def _parameters(stack: dict[str, Any]) -> dict[str, str]:
    """Returns the template's parameters, from the main stack's outputs and parameters."""
    return {
        "Architecture": machine.architecture(),
        "CredentialTableName": stack["tables"]["credentials"],
        "EventBusName": stack["bus"],
        "PluggyBaseUrl": stack["sandbox"]["url"],
        "PluggyClientId": stack["sandbox"]["credentials"]["clientId"],
        "PluggySecretName": settings.SECRET_NAME,
    }
