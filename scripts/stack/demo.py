"""The demo page of the local stack: its bundles, the process that serves it, and its playback without a backend."""

import subprocess
import sys
import time
from pathlib import Path

from pluggy_lambda import request
from stack import console, fingerprint, machine, ministack, node_packages, paths, port, process, settings, widget_bundle

FRONTEND = paths.ROOT / "frontend"
SOURCES = FRONTEND / "demo"
PAGES = SOURCES / "dist"
# In the bundle, so that it disappears together with it.
STAMP = fingerprint.Stamp(PAGES / "built-from")
SITE = FRONTEND / "demo-site"
SITE_STAMP = fingerprint.Stamp(SITE / "built-from")
# What the page is made from.
INPUTS = [
    SOURCES,
    paths.ROOT / "docs" / "reference" / "openapi.yaml",
    FRONTEND / "packages" / "client" / "src",
    FRONTEND / "packages" / "react" / "src",
    # The page shares scenarios, colors and the signs of banks with it.
    widget_bundle.SOURCES / "src",
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
    _build("build", "bundling the page", STAMP, _sources())


def build_site() -> Path:
    """Builds the playback: static files for any host. Returns the folder."""
    node_packages.install(widget_bundle.SOURCES, "the packages of the widget")
    wanted = fingerprint.of_files([*INPUTS, widget_bundle.SOURCES])
    _build("build:site", "building the playback of the page", SITE_STAMP, wanted)
    return SITE


def _build(script: str, text: str, stamp: fingerprint.Stamp, wanted: str) -> None:
    if stamp.matches(wanted):
        return
    node_packages.install(SOURCES, "the packages of the page")
    with console.step(text):
        command = ["npm", "run", "--silent", script]
        result = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"npm run {script} failed:\n  {result.stderr.strip()[-1000:]}")
    stamp.write(wanted)


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
