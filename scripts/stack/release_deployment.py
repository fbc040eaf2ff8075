"""A release on MiniStack, deployed from its archive alone: by the pinned SAM CLI, its command line, and no Rust."""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pluggy_lambda import audit, environment, event_row, functions, registration, walk
from stack import console, deployment, gateway, ministack, paths, release_archive, sandbox, settings, tool

ENVIRONMENT = "dev"
USER = "usr_01J9X"
PATIENCE_SECONDS = 60
# What the operator's machine has, beside Python. SAM needs nothing else to deploy.
SYSTEM_PROGRAMS = ["sha256sum", "uname"]
RUST = ["cargo", "cargo-lambda", "rustc"]
LAST_LINES = 10


@dataclass(frozen=True)
class Release:
    """An unpacked archive, and the only programs that its commands find."""

    folder: Path
    programs: Path

    @property
    def version(self) -> str:
        """Returns its version, which the name of the archive has."""
        return self.folder.name.removeprefix(f"{release_archive.NAME}-").split("-")[0]

    @property
    def stack_name(self) -> str:
        """Returns the name of its stack."""
        return environment.named(ENVIRONMENT, self.folder).stack_name

    @property
    def sandbox(self) -> Path:
        """Returns its sandbox."""
        return self.folder / "sandbox" / "sandbox"

    @property
    def widget(self) -> Path:
        """Returns the pages of its sandbox."""
        return self.folder / "sandbox" / "widget"

    def deploy(self) -> dict[str, str]:
        """Creates or updates the stack. Returns its outputs."""
        self.run("sam", "deploy", "--config-env", ENVIRONMENT, "--no-progressbar")
        return deployment.outputs(ministack.client("cloudformation"), self.stack_name)

    def command(self, *arguments: str, stdin: str = "", may_fail: bool = False) -> dict[str, Any]:
        """Runs its command line. Returns the result of the document."""
        options = ["--env", ENVIRONMENT, "--json", "--yes"]
        return json.loads(self.run("pluggy-lambda", *arguments, *options, stdin=stdin, may_fail=may_fail))["result"]

    def run(self, program: str, *arguments: str, stdin: str = "", may_fail: bool = False) -> str:
        """Runs a program in the archive's folder. Returns what it prints."""
        variables = {**ministack.client_environment(), "HOME": str(self.programs), "PATH": str(self.programs)}
        result = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder, env=variables, input=stdin, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if result.returncode not in ((0, 1) if may_fail else (0,)):
            last_lines = "\n  ".join((result.stdout + result.stderr).strip().splitlines()[-LAST_LINES:])
            raise console.Failure(f"{program} {' '.join(arguments)} ended with {result.returncode}:\n  {last_lines}")
        return result.stdout


def unpack(archive: Path, folder: Path) -> Release:
    """Unpacks an archive into a new folder, checks it, and installs its command line."""
    folder.mkdir()
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    [unpacked] = folder.iterdir()
    release = Release(unpacked, folder / "programs")
    release.programs.mkdir()
    for name in SYSTEM_PROGRAMS:
        _link(release, Path(shutil.which(name) or name))
    _link(release, tool.executable("sam", "sam"))
    release.run("sha256sum", "--check", "--quiet", release_archive.CHECKSUMS)
    _install_command_line(release, folder / "environment")
    for name in RUST:
        if shutil.which(name, path=str(release.programs)):
            raise console.Failure(f"{name} is among the programs, so this proves nothing")
    return release


@contextmanager
def emulator() -> Iterator[None]:
    """Runs MiniStack, unless it is running. One that was started is stopped again."""
    if ministack.is_healthy():
        yield
        return
    try:
        with console.step(f"MiniStack on {ministack.endpoint()}"):
            ministack.start()
        yield
    finally:
        ministack.PROCESS.stop()


def set_up(release: Release, pluggy: dict[str, str]) -> None:
    """Writes the parameters and stores the secret, as the guide says. `pluggy` is the environment of the sandbox."""
    values = {
        "BackendRoleArns": "",
        "CorsAllowedOrigins": "",
        "JwtAudience": settings.AUDIENCE,
        "JwtIssuer": pluggy["PLUGGY_API_URL"],
        "JwtScope": settings.SCOPE,
        "OwnerClaim": "sub",
        "PluggyBaseUrl": pluggy["PLUGGY_API_URL"],
        "PluggyClientId": pluggy["PLUGGY_CLIENT_ID"],
        "SandboxConnectors": "true",
    }
    release.command("init", *(word for name, value in values.items() for word in ("--set", f"{name}={value}")))
    release.command("secret", stdin=f"{pluggy['PLUGGY_CLIENT_ID']}\n{pluggy['PLUGGY_CLIENT_SECRET']}\n")


def register(outputs: dict[str, str]) -> None:
    """Registers the webhook. The command line does it after a test delivery, and nothing answers AWS's address here."""
    statement = audit.statement(ministack.client("sts"))
    function = outputs["WebhookRegistrationFunctionName"]
    registration.ensure(functions.asking(ministack.client("lambda"), function, statement, "webhook-registration"))


def api_host(release: Release) -> str:
    """Creates the API's routes, and returns the host name that selects the API."""
    return f"{gateway.create_routes(release.stack_name)}.execute-api.localhost:{settings.aws_port()}"


def connect_bank(outputs: dict[str, str], host: str, pluggy_url: str, say: Callable[[str], None]) -> walk.Walked:
    """Connects a bank. Returns the item's status from the API, and the events that were stored."""
    dynamodb = ministack.client("dynamodb")
    surroundings = walk.Surroundings(
        api_url=ministack.endpoint(),
        api_host=host,
        pluggy_url=pluggy_url,
        user_token=sandbox.user_token(pluggy_url, USER),
        events_of=lambda item_id: event_row.of_item(dynamodb, outputs["EventTableName"], item_id),
        patience_seconds=PATIENCE_SECONDS,
    )
    return walk.run(surroundings, say)


def _link(release: Release, program: Path) -> None:
    (release.programs / program.name).symlink_to(program)


def _install_command_line(release: Release, venv: Path) -> None:
    """Installs the wheel of the archive. What it depends on has the locked versions."""
    [wheel] = release.folder.glob("*.whl")
    versions = re.findall(r"^[\w.-]+==[\w.]+", (paths.REQUIREMENTS / "cli.txt").read_text(), re.MULTILINE)
    constraints = venv.with_suffix(".txt")
    constraints.write_text("\n".join(versions))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    tool.install([])
    install = [str(tool.executable(tool.INSTALLER, "uv")), "pip", "install", "--quiet"]
    options = ["--python", str(venv / "bin" / "python"), "--constraint", str(constraints)]
    subprocess.run([*install, *options, str(wheel)], check=True)
    _link(release, venv / "bin" / "pluggy-lambda")
