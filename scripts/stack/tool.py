"""The pinned tools, each set in its own virtual environment under `.tools/`."""

import shutil
import subprocess
import sys
from pathlib import Path

from stack import console, fingerprint, lock, paths

INSTALLER = "uv"


def install(names: list[str]) -> None:
    """Installs the sets that are missing or have a new pin. Does nothing, and prints nothing, if all are installed."""
    for name in [INSTALLER, *names]:
        requirements = paths.REQUIREMENTS / f"{name}.txt"
        wanted = fingerprint.of_text(requirements.read_text(), sys.version)
        stamp = fingerprint.Stamp(folder(name) / "installed")
        with lock.held(f"tool-{name}"):
            if not stamp.matches(wanted):
                with console.step(f"installing {name}"):
                    _install(name, requirements)
                stamp.write(wanted)


def executable(name: str, program: str) -> Path:
    """Returns the path of a program of an installed set."""
    return folder(name) / "bin" / program


def folder(name: str) -> Path:
    """Returns the virtual environment of a set."""
    return paths.TOOLS / name


def _install(name: str, requirements: Path) -> None:
    # Removes the remains of an interrupted installation.
    shutil.rmtree(folder(name), ignore_errors=True)
    python = executable(name, "python")
    _run([sys.executable, "-m", "venv", *([] if name == INSTALLER else ["--without-pip"]), str(folder(name))])
    if name == INSTALLER:
        _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", str(requirements)])
    else:
        uv = str(executable(INSTALLER, "uv"))
        _run(
            [
                uv,
                "pip",
                "install",
                "--quiet",
                "--python",
                str(python),
                "--require-hashes",
                "--requirements",
                str(requirements),
            ]
        )


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        last_lines = "\n  ".join(result.stderr.strip().splitlines()[-5:])
        raise console.Failure(
            f"installing the tools failed:\n  {last_lines}",
            "They come from PyPI: check the network (and pip's settings, if you are behind a proxy), then retry.",
        )
