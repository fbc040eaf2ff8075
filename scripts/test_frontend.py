"""`make test-frontend`: the packages of frontend/, the apps that use them, and the widget's options.

The sources are checked and tested, then built and packed. Each example, and an empty app, installs the packed packages
and is compiled as its framework does it. The widget's packages must accept each option in the responses of the
connect-token function.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from frontend import answers
from stack import console, machine, node_packages, paths, widget_bundle

FRONTEND = paths.ROOT / "frontend"
WIDGET_OPTIONS = FRONTEND / "checks" / "widget-options"
PACKED = [FRONTEND / "packed" / name for name in ("client.tgz", "react.tgz")]
# Apps that install the packed packages, and the scripts of their package.json that must pass.
APPS = {
    "checks/empty-app": ["types", "build"],
    "examples/vite": ["build"],
    "examples/next": ["build"],
    "examples/expo": ["types"],
}
# No telemetry. The address is one that the example is built with.
ENVIRONMENT = {
    **os.environ,
    "NEXT_TELEMETRY_DISABLED": "1",
    "EXPO_NO_TELEMETRY": "1",
    "VITE_API_URL": "https://api.example.com",
}


def test_frontend() -> None:
    machine.require("rust", "node")
    node_packages.install(FRONTEND, "the compiler, the test runner and the widget's packages")
    # The tests of the page compile its sources, and those name the stand-in's scenarios.
    node_packages.install(widget_bundle.SOURCES, "the packages of the widget's stand-in")
    node_packages.install(FRONTEND / "demo", "the packages of the page")
    _check("generate:check", "the types are those of docs/openapi.yaml", "Run npm run generate in frontend/.")
    _check("format:check", "everything is formatted", "Run npm run format in frontend/.")
    _check("types", "sources and tests compile")
    _check_widget_options()
    _run_tests()
    _check("build", "both packages are built")
    _check("pack", "both packages are packed")
    _check("packages:check", "the packed packages are valid, and so are their types")
    _check("size", "the packages are small enough", "The limits are in frontend/.size-limit.json.")
    for app, scripts in APPS.items():
        folder = FRONTEND / app
        node_packages.install(folder, f"the packages of {app}", also=PACKED)
        for script in scripts:
            _npm(folder, script, f"{app}: npm run {script}", "")
    _check_demo()


def _check_demo() -> None:
    for script in ("check", "build"):
        _npm(FRONTEND / "demo", script, f"demo: npm run {script}", "")


def _check_widget_options() -> None:
    with console.step("the widget's packages take every option of the API"):
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


def _run_tests() -> None:
    command = ["npm", "run", "--silent", "test"]
    if subprocess.run(command, cwd=FRONTEND, env=ENVIRONMENT, check=False).returncode != 0:
        raise console.Failure("the tests of frontend/ failed")


def _check(script: str, text: str, remedy: str = "") -> None:
    _npm(FRONTEND, script, text, remedy)


def _npm(folder: Path, script: str, text: str, remedy: str) -> None:
    with console.step(text):
        _run(["npm", "run", "--silent", script], folder, remedy)


def _run(command: list[str], folder: Path, remedy: str) -> None:
    result = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        output = (result.stdout + result.stderr).strip()[-4000:]
        raise console.Failure(f"{' '.join(command)} in {console.relative(folder)} failed:\n{output}", remedy)


if __name__ == "__main__":
    console.run(test_frontend)
