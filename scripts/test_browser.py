"""`make test-browser`: the stand-in of Pluggy's widget in Pluggy's own SDK, in a real Chromium.

The sandbox serves the pages. The tests start it themselves, and see what a person sees.
"""

import os
import subprocess
import sys

from stack import browser, build, console, machine, node_packages, paths, widget_bundle

FOLDER = paths.ROOT / "tests" / "browser"


def test_browser() -> None:
    machine.require("rust", "node")
    node_packages.install(FOLDER, "the packages of the browser tests")
    chromium = browser.executable(FOLDER)
    bundle = widget_bundle.build()
    build.sandbox()
    environment = {**os.environ, "SANDBOX": str(build.SANDBOX), "WIDGET": str(bundle), "CHROMIUM": chromium}
    checks = [
        (widget_bundle.SOURCES, ["npm", "run", "--silent", "check"]),
        (FOLDER, ["npm", "run", "--silent", "check"]),
        (FOLDER, ["npm", "run", "--silent", "test"]),
    ]
    # Each of them runs, also if another has failed.
    failed = [
        subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0 for folder, command in checks
    ]
    sys.exit(any(failed))


if __name__ == "__main__":
    console.run(test_browser)
