"""The demo page of the local stack: its bundles, and the process that serves it."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from stack import console, fingerprint, machine, ministack, node_packages, paths, port, process, request, settings

FRONTEND = paths.ROOT / "frontend"
SOURCES = FRONTEND / "demo"
PAGES = SOURCES / "dist"
WIDGET_SOURCES = paths.ROOT / "sandbox" / "widget"
WIDGET = WIDGET_SOURCES / "dist"
READY_SECONDS = 30

PROCESS = process.Background("demo")

# What each bundle is made from, beside the packages of its lock.
WIDGET_INPUTS = [WIDGET_SOURCES / name for name in ("src", "pages", "build.mjs", "package.json", "package-lock.json")]
PAGE_INPUTS = [
    *(SOURCES / name for name in ("src", "pages", "build.mjs", "package.json", "package-lock.json")),
    *(FRONTEND / "packages" / name / "src" for name in ("client", "react")),
    WIDGET_SOURCES / "src" / "scenarios.ts",
]


def url() -> str:
    """Returns the page's address, whose origin the API allows."""
    return settings.browser_origin()


def is_possible() -> bool:
    """Returns whether Node.js is here, which bundles the page. Without it there is a stack, and no page."""
    return machine.has_node()


def bundle() -> None:
    """Bundles the widget's stand-in and the page, where their sources have changed."""
    _bundle(WIDGET_SOURCES, WIDGET_INPUTS, "the widget's stand-in")
    _bundle(SOURCES, PAGE_INPUTS, "the page")


def is_bundled() -> bool:
    """Returns whether the sandbox has a stand-in to serve."""
    return (WIDGET / "widget.html").is_file()


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


def _bundle(folder: Path, inputs: list[Path], what: str) -> None:
    wanted = fingerprint.of_files(inputs)
    stamp = fingerprint.Stamp(folder / "node_modules" / "bundled")
    if stamp.matches(wanted) and (folder / "dist").is_dir():
        return
    node_packages.install(folder, f"the packages of {what}")
    with console.step(f"bundling {what}"):
        command = [shutil.which("node") or "node", "build.mjs"]
        result = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise console.Failure(f"{what} could not be bundled:\n  {result.stderr.strip()[-1000:]}")
    stamp.write(wanted)
