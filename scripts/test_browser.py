"""`make test-browser`: pages in a real Chromium, as a person sees them.

`widget` tests the stand-in of Pluggy's widget in Pluggy's own SDK, and the playback of `make demo-site`; the tests
start what they need. `page` tests the page of the local stack. A stack that was started for it is stopped again.

`make pictures` and `make recordings` run on the stack in the same way.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path

from stack import browser, build, console, demo, local, machine, node_packages, paths, widget_bundle

FOLDER = paths.ROOT / "tests" / "browser"
PARTS = ["widget", "page"]
ON_THE_STACK = ["pictures", "recordings"]


def test_browser() -> None:
    asked = sys.argv[1:] or PARTS
    if unknown := set(asked) - {*PARTS, *ON_THE_STACK}:
        raise console.Failure(f"there is no part {', '.join(sorted(unknown))}", f"The parts are {' and '.join(PARTS)}.")
    machine.require("rust", "node")
    node_packages.install(FOLDER, "the packages of the browser tests")
    environment = {**os.environ, "CHROMIUM": browser.executable(FOLDER)}
    # Each of them runs, also if another has failed.
    passed = [_compiles(FOLDER)]
    for part in asked:
        passed.append(console.passes(functools.partial(_part, part, environment)))
    sys.exit(not all(passed))


def _part(part: str, environment: dict[str, str]) -> bool:
    return _widget(environment) if part == "widget" else _on_the_stack(part, environment)


def _widget(environment: dict[str, str]) -> bool:
    bundle = widget_bundle.build()
    site = demo.build_site()
    build.sandbox()
    is_compiled = _compiles(widget_bundle.SOURCES)
    values = {"SANDBOX": str(build.SANDBOX), "WIDGET": str(bundle), "SITE": str(site)}
    return _runs("test:widget", environment | values) and is_compiled


def _on_the_stack(part: str, environment: dict[str, str]) -> bool:
    with local.running(release=False) as stack:
        if "demo" not in stack:
            raise console.Failure("the stack has no page", "The lines above say why.")
        values = {"DEMO_URL": stack["demo"]["url"], "PLUGGY_API_URL": stack["sandbox"]["url"]}
        return _runs("test:page" if part == "page" else part, environment | values)


def _compiles(folder: Path) -> bool:
    return subprocess.run(["npm", "run", "--silent", "check"], cwd=folder, check=False).returncode == 0


def _runs(script: str, environment: dict[str, str]) -> bool:
    console.heading(f"npm run {script}, in {console.relative(FOLDER)}")
    return subprocess.run(["npm", "run", "--silent", script], cwd=FOLDER, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    console.run(test_browser)
