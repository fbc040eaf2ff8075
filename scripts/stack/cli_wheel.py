"""The wheel of the operator's command line."""

import subprocess
from pathlib import Path

from stack import console, paths, tool

TOOLS = "cli"


def build(folder: Path) -> Path:
    """Builds the wheel into an empty folder. Equal sources make an equal wheel."""
    tool.install([TOOLS])
    command = [str(tool.executable(TOOLS, "python")), "-m", "hatchling", "build", "--target", "wheel"]
    result = subprocess.run(
        [*command, "--directory", str(folder)], cwd=paths.ROOT / "cli", capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise console.Failure(f"the command line cannot be packaged:\n  {result.stderr.strip()[-1000:]}")
    [wheel] = folder.glob("*.whl")
    return wheel
