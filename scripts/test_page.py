"""`make test-page`: the page of the local stack in a real Chromium. A stack that the tests start is stopped again.

`make pictures` takes the pictures of the READMEs in the same way.
"""

import os
import subprocess
import sys

from stack import browser, console, local, machine, ministack, node_packages, paths

TESTS = paths.ROOT / "tests" / "page"


def test_page() -> None:
    machine.require("rust", "node")
    node_packages.install(TESTS, "the browser's driver")
    chromium = browser.executable(TESTS)
    was_running = local.is_running()
    try:
        with local.exclusive(), ministack.reachable():
            phases = console.Phases(local.PHASES)
            stack = local.bring_up(phases, release=False)
            phases.done()
            if "demo" not in stack:
                raise console.Failure("the stack has no page", "The lines above say why.")
            console.heading("Test")
            environment = {
                **os.environ,
                "CHROMIUM": chromium,
                "DEMO_URL": stack["demo"]["url"],
                "PLUGGY_API_URL": stack["sandbox"]["url"],
            }
            script = sys.argv[1] if len(sys.argv) > 1 else "test"
            result = subprocess.run(["npm", "run", "--silent", script], cwd=TESTS, env=environment, check=False)
    finally:
        if not was_running:
            local.stop()
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(test_page)
