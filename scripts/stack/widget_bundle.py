"""The bundle of the stand-in for Pluggy's widget, which the sandbox serves. Only it needs Node.js."""

import subprocess
from pathlib import Path

from stack import console, fingerprint, machine, node_packages, paths

SOURCES = paths.ROOT / "sandbox" / "widget"
BUNDLE = SOURCES / "dist"
# In the bundle, so that it disappears together with it.
STAMP = fingerprint.Stamp(BUNDLE / "built-from")


def build_if_possible() -> None:
    """Builds the bundle. Where that is not possible it says why, and the sandbox runs without the pages."""
    try:
        machine.require("node")
        build()
    except console.Failure as failure:
        console.line(f"the widget's pages are left out: {failure}. {failure.remedy}")


def build() -> Path:
    """Installs the locked packages and bundles the pages, unless no source has changed. Returns the folder."""
    if (bundle := current()) is not None:
        return bundle
    node_packages.install(SOURCES, "the packages of the widget")
    with console.step("bundling the widget"):
        result = subprocess.run(
            ["npm", "run", "--silent", "build"], cwd=SOURCES, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise console.Failure(f"the widget cannot be bundled:\n  {result.stderr.strip()[-1000:]}")
    STAMP.write(_fingerprint())
    return BUNDLE


def current() -> Path | None:
    """Returns the folder of the bundle, if it was built from the present sources."""
    return BUNDLE if STAMP.matches(_fingerprint()) else None


def _fingerprint() -> str:
    return fingerprint.of_files([SOURCES])
