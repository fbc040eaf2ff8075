"""Installation of folders with a locked `package.json`, in place."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from stack import console, fingerprint, lock, paths

COMMAND = ["npm", "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund", "--loglevel=error"]


def install(folder: Path, what: str, also: Sequence[Path] = ()) -> None:
    """Installs the locked packages. Does nothing, and prints nothing, if they are installed.

    `also` has packed packages of ours, which the lock names without their digests.
    """
    if not _stamp(folder).matches(_wanted(folder, also)):
        with console.step(f"installing {what}"):
            install_silently(folder, also)


def install_silently(folder: Path, also: Sequence[Path] = ()) -> None:
    """Installs the locked packages as `install` does, and prints nothing."""
    wanted = _wanted(folder, also)
    with lock.held(str(folder.relative_to(paths.ROOT)).replace("/", "-")):
        if _stamp(folder).matches(wanted):
            return
        result = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"npm ci failed:\n  {result.stderr.strip()[-500:]}", "Check the network.")
        _stamp(folder).write(wanted)


def _wanted(folder: Path, also: Sequence[Path]) -> str:
    return fingerprint.of_files([folder / "package.json", folder / "package-lock.json", *also])


def _stamp(folder: Path) -> fingerprint.Stamp:
    return fingerprint.Stamp(folder / "node_modules" / "installed")
