"""The demo page of the local stack: its bundles, and the process that serves it."""

import subprocess
import sys
import time

from stack import (
    console,
    fingerprint,
    machine,
    ministack,
    node_packages,
    paths,
    port,
    process,
    request,
    settings,
    widget_bundle,
)

FRONTEND = paths.ROOT / "frontend"
SOURCES = FRONTEND / "demo"
PAGES = SOURCES / "dist"
# In the bundle, so that it disappears together with it.
STAMP = fingerprint.Stamp(PAGES / "built-from")
# What the page is made from.
INPUTS = [
    SOURCES,
    FRONTEND / "packages" / "client" / "src",
    FRONTEND / "packages" / "react" / "src",
    widget_bundle.SOURCES / "src" / "scenarios.ts",
]
READY_SECONDS = 30

PROCESS = process.Background("demo")


def url() -> str:
    """Returns the page's address, whose origin the API allows."""
    return settings.browser_origin()


def is_possible() -> bool:
    """Returns whether the page can be served: it is bundled, and so is the widget's stand-in."""
    return STAMP.matches(_sources()) and widget_bundle.current() is not None


def bundle_if_possible() -> None:
    """Bundles the page. Where that is not possible it says why, and the stack runs without a page."""
    try:
        machine.require("node")
        bundle()
    except console.Failure as failure:
        console.line(f"the page is left out: {failure}. {failure.remedy}")


def bundle() -> None:
    """Installs the locked packages and bundles the page, unless no source has changed."""
    wanted = _sources()
    if STAMP.matches(wanted):
        return
    node_packages.install(SOURCES, "the packages of the page")
    with console.step("bundling the page"):
        command = ["npm", "run", "--silent", "build"]
        result = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"the page cannot be bundled:\n  {result.stderr.strip()[-1000:]}")
    STAMP.write(wanted)


def start() -> None:
    """Ensures that the page is served, from the present code."""
    expected = _expected()
    if PROCESS.is_running(expected) and request.answers(f"http://127.0.0.1:{settings.demo_port()}/", host=_host()):
        console.line(f"the page is at {url()}")
        return
    PROCESS.stop()
    port.require_free(settings.demo_port(), settings.DEMO_PORT_VARIABLE)
    with console.step(f"the page on {url()}"):
        environment = {**ministack.client_environment(), "PYTHONDONTWRITEBYTECODE": "1"}
        PROCESS.start([sys.executable, str(paths.ROOT / "scripts" / "demo_server.py")], environment, expected)
        deadline = time.monotonic() + READY_SECONDS
        while not request.answers(f"http://127.0.0.1:{settings.demo_port()}/", host=_host()):
            if not PROCESS.is_running() or time.monotonic() > deadline:
                raise PROCESS.failure("the page did not start:")
            time.sleep(0.1)


def _host() -> str:
    return url().removeprefix("http://")


def _expected() -> str:
    code = fingerprint.of_files([paths.ROOT / "scripts" / name for name in ("demo", "demo_server.py", "stack")])
    # A new stack has other addresses.
    return fingerprint.of_text(code, paths.STACK_FILE.read_text(), url())


def _sources() -> str:
    return fingerprint.of_files(INPUTS)
