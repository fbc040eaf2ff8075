"""Installation of folders with a locked `package.json`, in place."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from stack import console, fingerprint

COMMAND = ["npm", "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund", "--loglevel=error"]


def install(folder: Path, what: str, also: Sequence[Path] = ()) -> None:
    """Installs the locked packages. Does nothing, and prints nothing, if they are installed.

    `also` has packed packages of ours, which the lock names without their digests.
    """
    wanted = fingerprint.of_files([folder / "package.json", folder / "package-lock.json", *also])
    stamp = fingerprint.Stamp(folder / "node_modules" / "installed")
    if stamp.matches(wanted):
        return
    with console.step(f"installing {what}"):
        result = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"npm ci failed:\n  {result.stderr.strip()[-500:]}", "Check the network.")
    stamp.write(wanted)
