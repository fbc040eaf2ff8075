"""The browser of the tests: a Chromium or a Chrome that this machine has."""

import os
import shutil

from stack import console

VARIABLE = "CHROMIUM"
PROGRAMS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]


def executable() -> str:
    """Returns the path of the browser."""
    named = os.environ.get(VARIABLE)
    for program in [named] if named else PROGRAMS:
        if path := shutil.which(program):
            return path
    raise console.Failure(
        f"there is no browser {named}" if named else "no Chromium or Chrome is here",
        f"Install one: apt install chromium (Debian). Or name one: make test-browser {VARIABLE}=<path>",
    )
