"""`make fuzz SECONDS=600`: hostile input for the webhook, for a given time for each target.

The targets are under `fuzz/`, the properties that they check in `tests/support/hostile`. The pinned stable toolchain is
enough. Only the sanitizers need another; they find memory errors in `unsafe` code, which this project does not have.
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from stack import cargo_tool, console, machine, paths

CARGO_FUZZ = cargo_tool.CargoTool("cargo-fuzz", "0.13.2")
PACKAGE = paths.ROOT / "fuzz"
# The output: compiled targets, inputs that reach new code, inputs that break a property.
OUTPUT = paths.ROOT / "target" / "fuzz"
DEFAULT_SECONDS = 60
# Longer input takes no other path through the handlers; it has tests of its own.
MAX_INPUT_BYTES = 65_536

# Each target with the folders of its seeds and its dictionary.
TARGETS = {
    "body": (["body", "envelope"], "json"),
    "envelope": (["envelope"], "json"),
    "headers": (["headers"], "headers"),
}


def fuzz() -> None:
    seconds = _seconds(sys.argv[1:])
    machine.require("rust")
    if shutil.which("c++") is None:
        raise console.Failure("a C++ compiler is missing", "Install one: apt install build-essential (Debian, Ubuntu).")
    CARGO_FUZZ.install()
    with console.step("compiling the fuzz targets"):
        # cargo-fuzz has no --locked.
        locked = ["cargo", "fetch", "--locked", "--manifest-path", str(PACKAGE / "Cargo.toml")]
        result = subprocess.run(locked, cwd=paths.ROOT, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            result = _cargo_fuzz("build", [], [])
        if result.returncode != 0:
            raise console.Failure("\n  ".join(["the fuzz targets do not compile:", *_end(result.stderr, 20)]))
    for target in TARGETS:
        _run(target, seconds)


def _seconds(arguments: list[str]) -> int:
    text = arguments[0] if arguments else str(DEFAULT_SECONDS)
    if not text.isdecimal() or int(text) == 0:
        raise console.Failure(
            f"SECONDS={text} is not a duration", "Give each target whole seconds: make fuzz SECONDS=600"
        )
    return int(text)


def _run(target: str, seconds: int) -> None:
    folders, dictionary = TARGETS[target]
    found = OUTPUT / "corpus" / target
    found.mkdir(parents=True, exist_ok=True)
    broken = OUTPUT / "broken" / f"{target}-"
    broken.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    # cargo-fuzz writes new inputs into the first folder.
    corpus = [str(found), *(str(PACKAGE / "seeds" / folder) for folder in folders)]
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={MAX_INPUT_BYTES}",
        f"-dict={PACKAGE / dictionary}.dict",
        f"-artifact_prefix={broken}",
    ]
    result = _cargo_fuzz("run", [target, *corpus], options)
    if result.returncode != 0:
        raise _failure(target, result.stderr)
    runs = re.search(r"^Done (\d+) runs", result.stderr, re.MULTILINE)
    if runs is None:
        raise console.Failure("\n  ".join([f"fuzz {target} did not run:", *_end(result.stderr, 20)]))
    console.line(
        f"fuzz {target}: {int(runs[1]):,} inputs in {time.monotonic() - start:.0f} s, no panic and no wrong response"
    )


def _cargo_fuzz(command: str, arguments: list[str], options: list[str]) -> subprocess.CompletedProcess[str]:
    program = str(CARGO_FUZZ.program)
    where = ["--sanitizer", "none", "--target-dir", str(OUTPUT)]
    return subprocess.run(
        [program, command, *where, *arguments, *(["--", *options] if options else [])],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _failure(target: str, output: str) -> console.Failure:
    panic = re.search(r"^.*panicked at .*\n(?:.*\n){0,4}", output, re.MULTILINE)
    artifact = re.search(r"Test unit written to (\S+)", output)
    lines = panic[0].strip().splitlines() if panic else _end(output, 20)
    remedy = "The input was not written."
    if artifact:
        program, found = console.relative(CARGO_FUZZ.program), console.relative(Path(artifact[1]))
        remedy = f"Again: {program} run -s none --target-dir {console.relative(OUTPUT)} {target} {found}"
    return console.Failure("\n  ".join([f"fuzz {target} broke a property:", *lines]), remedy)


def _end(text: str, count: int) -> list[str]:
    return text.strip().splitlines()[-count:]


if __name__ == "__main__":
    console.run(fuzz)
