"""`make test-end-to-end`: the local stack as its users see it. A stack that the tests start is stopped again."""

import os
import subprocess
import sys
from typing import Any

from stack import (
    backend_routes,
    conformance,
    console,
    examples,
    local,
    machine,
    ministack,
    node_packages,
    paths,
    served_parameters,
)

CARGO = ["cargo", "test", "--locked", "--package", "tests", "--features", "end-to-end", "--test", "end_to_end"]
WIDGET = paths.ROOT / "tests" / "official-clients" / "widget"
NODE = ["node", "--test", "--test-reporter=spec"]


def test_end_to_end() -> None:
    machine.require("rust", "node")
    was_running = local.is_running()
    try:
        with local.exclusive(), ministack.reachable():
            phases = console.Phases(local.PHASES)
            stack = local.bring_up(phases, release=True)
            phases.done()
            examples.bring_up(stack)
            console.heading("Test")
            # Each of them runs, also if another has failed.
            passed = [_of_rust(), _of_the_widget(stack), conformance.is_conformant(stack)]
            console.heading("The routes for backends")
            passed.append(backend_routes.are_answered(stack))
            console.heading("The webhook after a change of a parameter")
            passed.append(served_parameters.are_served(stack, paths.RELEASE_TEMPLATE))
    finally:
        if not was_running:
            local.stop()
    sys.exit(not all(passed))


def _of_rust() -> bool:
    return subprocess.run(CARGO, cwd=paths.ROOT, check=False).returncode == 0


def _of_the_widget(stack: dict[str, Any]) -> bool:
    """Runs the tests of the client with which the Connect widget calls Pluggy, with tokens of our API."""
    node_packages.install(WIDGET, "the client of Pluggy's widget")
    environment = {
        **os.environ,
        "API_HOST": stack["api"]["host"],
        "API_URL": stack["api"]["url"],
        "PLUGGY_API_URL": stack["sandbox"]["url"],
    }
    return subprocess.run(NODE, cwd=WIDGET, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    console.run(test_end_to_end)
