"""MiniStack: AWS on this machine. It keeps its state in memory and loses it when it stops."""

import os
import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from pluggy_lambda import errors, request
from stack import console, fingerprint, paths, port, process, settings, tool

READY_SECONDS = 60

# The emulator treats this key as the account's root. It must never receive a real key or reach a real account.
ROOT_KEY = "test"

PROCESS = process.Background("ministack")
DATA = paths.LOCAL / "ministack"


def endpoint() -> str:
    """Returns the address of every service."""
    return f"http://127.0.0.1:{settings.aws_port()}"


def expected() -> str:
    """Returns the fingerprint of the inputs from which MiniStack is started."""
    lock = (paths.REQUIREMENTS / "ministack.txt").read_text()
    return fingerprint.of_text(lock, str(sorted(_environment().items())))


def is_healthy() -> bool:
    """Returns whether MiniStack runs with the current inputs and responds."""
    return PROCESS.is_running(expected()) and request.answers(f"{endpoint()}/_ministack/health")


def start() -> None:
    """Starts MiniStack and waits until it responds."""
    port.require_free(settings.aws_port(), settings.AWS_PORT_VARIABLE)
    shutil.rmtree(DATA, ignore_errors=True)
    (DATA / "tmp").mkdir(parents=True)
    PROCESS.start([str(tool.executable("ministack", "ministack"))], _environment(), expected())
    deadline = time.monotonic() + READY_SECONDS
    while not request.answers(f"{endpoint()}/_ministack/ready"):
        if not PROCESS.is_running() or time.monotonic() > deadline:
            raise PROCESS.failure("MiniStack did not start:")
        time.sleep(0.1)


def reachable() -> AbstractContextManager[None]:
    """Turns errors of the emulator inside the block into one line."""
    remedy = f"make up restarts it; its log is {console.relative(PROCESS.log)}."
    return errors.explained("MiniStack", remedy, remedy)


def client_environment() -> dict[str, str]:
    """Returns the environment in which AWS tools reach this emulator and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint(),
        "AWS_REGION": settings.REGION,
        "AWS_DEFAULT_REGION": settings.REGION,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
    }


def client(service: str) -> Any:
    """Returns a boto3 client of the emulator."""
    import boto3  # Only the pinned tools have it; `make down` runs without them.
    from botocore.config import Config

    session = boto3.session.Session(
        aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=settings.REGION
    )
    return session.client(service, endpoint_url=endpoint(), config=Config(proxies={}))


def _environment() -> dict[str, str]:
    # Functions inherit this environment, so nothing of the operator's own may be in it.
    return {
        "AUTH": "true",
        "AWS_ENDPOINT_URL": endpoint(),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(settings.aws_port()),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_REGION": settings.REGION,
        "PATH": _programs(),
        "S3_DATA_DIR": str(DATA / "s3"),
        "STATE_DIR": str(DATA / "state"),
        "TMPDIR": str(DATA / "tmp"),
    }


def _programs() -> str:
    """Returns the folders of the system's programs and of Node.js, which runs functions written for it."""
    node = shutil.which("node")
    return os.pathsep.join([*([str(Path(node).parent)] if node else []), os.defpath])
