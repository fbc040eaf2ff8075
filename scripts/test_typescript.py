"""`make test-typescript`: frontend code, compiled against our API and the packages of the Connect widget.

The types come from docs/openapi.yaml. An example uses all of them, and so does the code in the pages of docs/. The
widget's packages must accept each option in the responses of the connect-token function. No generated file is kept. The
code of the pages also runs, against fakes of the API and the widget.
"""

import json
import shutil
import subprocess
from pathlib import Path

from frontend import answers, fences
from stack import console, machine, node_packages, paths

FOLDER = paths.ROOT / "tests" / "typescript"
GENERATED = FOLDER / "generated"
PROGRAMS = FOLDER / "node_modules" / ".bin"
DOCUMENT = paths.ROOT / "docs" / "openapi.yaml"


def test_typescript() -> None:
    machine.require("rust", "node")
    node_packages.install(FOLDER, "the TypeScript compiler and the widget's packages")
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir()
    _run("openapi-typescript", str(DOCUMENT), "--output", str(GENERATED / "api.ts"))
    options = _connect_answers()
    (GENERATED / "answers.ts").write_text(answers.source(options))
    pages = sorted((paths.ROOT / "docs").glob("*.md"))
    examples = fences.files("\n".join(page.read_text() for page in pages))
    for name, text in examples.items():
        (GENERATED / name).write_text(text)
    _run("tsc", "--project", str(FOLDER))
    print(f"{len(options)} responses and {len(examples)} files of docs/ have the right types")
    _run_tests()


def _connect_answers() -> dict[str, object]:
    command = ["cargo", "run", "--locked", "--quiet", "--package", "tests", "--bin", "connect-answers"]
    result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"the connect-token function returned nothing:\n{result.stderr.strip()[-1000:]}")
    return json.loads(result.stdout)


def _run_tests() -> None:
    tests = [str(test) for test in sorted((FOLDER / "run").glob("*.test.cjs"))]
    result = subprocess.run(["node", "--test", "--test-reporter=spec", *tests], cwd=FOLDER, check=False)
    if result.returncode != 0:
        raise console.Failure("the tests of the code in docs/ failed")


def _run(program: str, *arguments: str) -> None:
    command = [str(PROGRAMS / program), *arguments]
    result = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"{Path(program).name} refuses:\n{(result.stdout + result.stderr).strip()}")


if __name__ == "__main__":
    console.run(test_typescript)
