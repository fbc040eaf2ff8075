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
    node_packages,
    operator_commands,
    paths,
    served_parameters,
)

CARGO = ["cargo", "test", "--locked", "--package", "tests", "--features", "end-to-end", "--test", "end_to_end"]
WIDGET = paths.ROOT / "tests" / "official-clients" / "widget"
NODE = ["node", "--test", "--test-reporter=spec"]


def test_end_to_end() -> None:
    machine.require("rust", "node")
    with local.running(release=True) as stack:
        examples.bring_up(stack)
        parts = {
            "Test": _of_rust,
            "The client of Pluggy's widget": lambda: _of_the_widget(stack),
            "The description of the API": lambda: conformance.is_conformant(stack),
            "The operator's command line": lambda: operator_commands.are_carried_out(stack),
            "The routes for backends": lambda: backend_routes.are_answered(stack),
            "The webhook after a change of a parameter": lambda: served_parameters.are_served(
                stack, paths.RELEASE_TEMPLATE
            ),
        }
        # Each of them runs, also if another has failed.
        passed = []
        for name, part in parts.items():
            console.heading(name)
            passed.append(console.passes(part))
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
