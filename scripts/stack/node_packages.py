"""Folders with a locked `package.json`, installed in place."""

import subprocess
from pathlib import Path

from stack import console, fingerprint

COMMAND = ["npm", "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund", "--loglevel=error"]


def install(folder: Path, what: str) -> None:
    """Installs what the lock names; does nothing, and says nothing, when it is in place."""
    wanted = fingerprint.of_files([folder / "package.json", folder / "package-lock.json"])
    stamp = fingerprint.Stamp(folder / "node_modules" / "installed")
    if stamp.matches(wanted):
        return
    with console.step(f"installing {what}"):
        result = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"npm ci failed:\n  {result.stderr.strip()[-500:]}", "Check the network.")
    stamp.write(wanted)
