"""The browser of the tests: a Chromium or a Chrome that this machine has, else one that is installed for them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from stack import console

VARIABLE = "CHROMIUM"
PROGRAMS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
# Ubuntu's package of this name only installs a snap.
DEBIAN = Path("/etc/debian_version")
UBUNTU = Path("/etc/lsb-release")


def executable(packages: Path) -> str:
    """Returns the path of the browser. `packages` is a folder with playwright-core in its node_modules.

    Without a browser, root on Debian gets the system's package, and everybody else playwright's own download.
    """
    named = os.environ.get(VARIABLE)
    if found := _found([named] if named else PROGRAMS):
        return found
    if named:
        raise console.Failure(f"there is no browser {named}", f"Name one: {VARIABLE}=<path>")
    installed = _from_debian() or _from_playwright(packages)
    if installed is None:
        raise console.Failure(
            "no Chromium or Chrome is here, and none can be installed",
            f"Install one: apt install chromium (Debian). Or name one: {VARIABLE}=<path>",
        )
    return installed


def _found(programs: Sequence[str]) -> str | None:
    return next((path for program in programs if (path := shutil.which(program))), None)


def _from_debian() -> str | None:
    may_install = os.geteuid() == 0 and DEBIAN.exists() and not UBUNTU.exists()
    if not may_install or shutil.which("apt-get") is None:
        return None
    with console.step("installing Chromium (apt-get)"):
        _succeeds(["apt-get", "update"])
        _succeeds(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
    return _found(PROGRAMS)


def _from_playwright(packages: Path) -> str | None:
    driver = packages / "node_modules" / "playwright-core"
    if shutil.which("node") is None or not driver.exists():
        return None
    with console.step("installing Chromium (playwright's download)"):
        if not _succeeds(["node", str(driver / "cli.js"), "install", "chromium"]):
            return None
    script = "process.stdout.write(require(process.argv[1]).chromium.executablePath())"
    path = subprocess.run(["node", "-e", script, str(driver)], capture_output=True, text=True, check=False).stdout
    return path if Path(path).is_file() else None


def _succeeds(command: Sequence[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
