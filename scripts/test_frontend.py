"""`make test-frontend`: the packages of frontend/, the apps that use them, and the widget's options.

The sources are checked and tested, then built and packed. Each example, and an empty app, installs the packed packages
and is compiled as its framework does it. The widget's packages must accept each option in the responses of the
connect-token function.

What does not depend on each other runs side by side.
"""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from frontend import answers
from stack import console, machine, node_packages, paths, side_by_side, widget_bundle
from stack.side_by_side import Step

FRONTEND = paths.ROOT / "frontend"
DEMO = FRONTEND / "demo"
WIDGET_OPTIONS = FRONTEND / "checks" / "widget-options"
PACKED = [FRONTEND / "packed" / name for name in ("client.tgz", "react.tgz")]
# Apps that install the packed packages, and the scripts of their package.json that must pass. The longest come first.
APPS = {
    "examples/next": ["build"],
    "examples/expo": ["types"],
    "checks/empty-app": ["types", "build"],
    "examples/vite": ["build"],
}
# No telemetry. The address is one that the example is built with.
ENVIRONMENT = {
    **os.environ,
    "NEXT_TELEMETRY_DISABLED": "1",
    "EXPO_NO_TELEMETRY": "1",
    "VITE_API_URL": "https://api.example.com",
}
# Of the end of what a failed command printed.
LONGEST_OUTPUT = 10_000


def test_frontend() -> None:
    machine.require("rust", "node")
    side_by_side.run(_steps())


def _steps() -> list[Step]:
    """Returns all steps. Those that others wait for come first."""
    packages = _install(FRONTEND, "the compiler, the test runner and the widget's packages")
    # The tests of the page compile its sources, and those name the stand-in's scenarios.
    widget = _install(widget_bundle.SOURCES, "the packages of the widget's stand-in")
    page = _install(DEMO, "the packages of the page")
    sources = [packages, widget, page]
    built = _npm("build", "both packages are built", after=[packages])
    packed = _npm("pack", "both packages are packed", after=[built])
    types_are_current = "the types are those of docs/reference/openapi.yaml"
    sizes = "The limits are in frontend/.size-limit.json."
    return [
        *sources,
        built,
        _npm("generate:check", types_are_current, "Run npm run generate in frontend/.", after=[packages]),
        packed,
        _npm("format:check", "everything is formatted", "Run npm run format in frontend/.", after=[packages]),
        *[step for app, scripts in APPS.items() for step in _app(app, scripts, packed)],
        _npm("test", "the tests pass", after=sources),
        _npm("types", "sources and tests compile", after=sources),
        Step("the widget's packages take every option of the API", _check_widget_options, after=[packages]),
        _npm("packages:check", "the packed packages are valid, and so are their types", after=[packed]),
        _npm("size", "the packages are small enough", sizes, after=[built]),
        *[_npm(script, f"demo: npm run {script}", folder=DEMO, after=sources) for script in ("check", "build")],
    ]


def _app(app: str, scripts: Sequence[str], packed: Step) -> list[Step]:
    folder = FRONTEND / app
    installed = _install(folder, f"the packages of {app}", also=PACKED, after=[packed])
    checked = [_npm(script, f"{app}: npm run {script}", folder=folder, after=[installed]) for script in scripts]
    return [installed, *checked]


def _install(folder: Path, what: str, also: Sequence[Path] = (), after: Sequence[Step] = ()) -> Step:
    return Step(f"installing {what}", functools.partial(node_packages.install_silently, folder, also), after)


def _npm(script: str, text: str, remedy: str = "", folder: Path = FRONTEND, after: Sequence[Step] = ()) -> Step:
    return Step(text, functools.partial(_run, ["npm", "run", "--silent", script], folder, remedy), after)


def _check_widget_options() -> None:
    options = _connect_answers()
    generated = WIDGET_OPTIONS / "generated"
    shutil.rmtree(generated, ignore_errors=True)
    generated.mkdir()
    (generated / "answers.ts").write_text(answers.source(options))
    compiler = FRONTEND / "node_modules" / ".bin" / "tsc"
    _run([str(compiler), "--project", str(WIDGET_OPTIONS)], FRONTEND, "")


def _connect_answers() -> dict[str, object]:
    command = ["cargo", "run", "--locked", "--quiet", "--package", "tests", "--bin", "connect-answers"]
    result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"the connect-token function returned nothing:\n{result.stderr.strip()[-1000:]}")
    return json.loads(result.stdout)


def _run(command: list[str], folder: Path, remedy: str) -> None:
    result = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        output = (result.stdout + result.stderr).strip()[-LONGEST_OUTPUT:]
        raise console.Failure(f"{' '.join(command)} in {console.relative(folder)} failed:\n{output}", remedy)


if __name__ == "__main__":
    console.run(test_frontend)
