"""`make test-release`: a release's archive, deployed to MiniStack where there is no Rust.

Without ARCHIVE=, a new archive has the functions of `make build` and the local stack's sandbox. The bills of materials
are left out: the deployment does not read them, and the tool that writes them takes minutes to compile.
"""

import sys
import tempfile
from pathlib import Path

from stack import (
    build,
    cli_wheel,
    console,
    local,
    machine,
    ministack,
    own_sandbox,
    paths,
    release_archive,
    release_deployment,
    sandbox,
    widget_bundle,
)
from stack.release_deployment import Release


def test_release() -> None:
    with tempfile.TemporaryDirectory() as temporary, local.exclusive(), ministack.reachable():
        folder = Path(temporary)
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else _archive(folder)
        with console.step("its command line in a new environment"):
            release = release_deployment.unpack(archive, folder / "unpacked")
        with release_deployment.emulator():
            _deploy_and_use(release)


def _archive(folder: Path) -> Path:
    machine.require("rust", "node")
    build.sandbox()
    widget = widget_bundle.build()
    with console.step("the archive"):
        bootstraps = release_archive.bootstraps(paths.RELEASE_TEMPLATE)
        (folder / "wheel").mkdir()
        wheel = cli_wheel.build(folder / "wheel")
        parts = release_archive.Parts(bootstraps, build.SANDBOX, widget, wheel, [])
        return release_archive.write(parts, machine.architecture(), folder)


def _deploy_and_use(release: Release) -> None:
    options = ["--deliver-via", ministack.endpoint(), "--widget", str(release.widget)]
    with own_sandbox.running(*options, program=release.sandbox) as pluggy:
        url = pluggy["PLUGGY_API_URL"]
        if sandbox.ask(url, "GET", "/").status != 200:
            raise console.Failure("the archive's sandbox serves no widget")
        with console.step("parameters and secret, by the archive's command line"):
            release_deployment.set_up(release, pluggy)
        with console.step("sam deploy without Rust"):
            outputs = release.deploy()
        release_deployment.register(outputs)
        walked = release_deployment.connect_bank(outputs, release_deployment.api_host(release), url, console.line)
        if not walked.events:
            raise console.Failure("the connection is ready without any delivery")
        _require_versions(release, outputs)
        with console.step("pluggy-lambda remove"):
            release.command("remove")


def _require_versions(release: Release, outputs: dict[str, str]) -> None:
    """Checks that the stack, the command line and the logs name the version of the archive."""
    version = release.version
    if outputs["Version"] != version:
        raise console.Failure(f"the outputs name version {outputs['Version']}, and the archive {version}")
    report = release.command("preflight", "--stack", may_fail=True)
    outcomes = {check["id"]: check for check in report["checks"]}
    if outcomes["version"]["outcome"] != "ok":
        raise console.Failure(f"preflight --stack does not find version {version}: {outcomes['version']}")
    logs = ministack.client("logs").filter_log_events(logGroupName=outputs["WebhookLogGroupName"])["events"]
    lines = [event["message"] for event in logs if "delivery answered" in event["message"]]
    if not lines or not all(f'"version":"{version}"' in line for line in lines):
        raise console.Failure(f"{len(lines)} lines of the webhook do not all name version {version}")
    console.line(f"version {version}: in the outputs, by preflight --stack, and in {len(lines)} lines of the webhook")


if __name__ == "__main__":
    console.run(test_release)
