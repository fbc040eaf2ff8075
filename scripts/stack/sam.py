"""The SAM CLI. Its output goes to a log, and its last lines into a failure."""

import subprocess

from stack import console, paths, tool

LAST_LINES = 10


def run(name: str, arguments: list[str], environment: dict[str, str], remedy: str = "") -> None:
    """Runs `sam NAME` in the checkout."""
    log = paths.LOGS / f"sam-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        result = subprocess.run(
            [str(tool.executable("sam", "sam")), name, *arguments],
            cwd=paths.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if result.returncode != 0:
        last_lines = "\n  ".join(log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:])
        whole = f"The whole output is in {console.relative(log)}."
        raise console.Failure(f"sam {name} failed:\n  {last_lines}", f"{whole} {remedy}".strip())
