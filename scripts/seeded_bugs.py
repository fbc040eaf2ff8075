"""`make prove`: puts each bug of tests/histories/seeded_bugs.toml into a copy of the code. Its check must fail.

First the checks run on the copy without a bug, where they must pass. `seeded_bugs.py NAME ...` tries some of the bugs.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from stack import console, machine, paths

BUGS = paths.ROOT / "tests" / "histories" / "seeded_bugs.toml"
# Cargo takes a crate of the copy for the crate of the same name here, so the copy has build artifacts of its own.
FOLDER = paths.ROOT / "target" / "seeded-bugs"
COPY = FOLDER / "code"
# Enough for each bug to show.
HISTORIES = "500"
COMMAND = ["cargo", "test", "--locked", "-j2", "--package", "tests", "--test", "histories"]


@dataclass(frozen=True)
class Bug:
    """A change of one line that a test must notice."""

    name: str
    file: str
    before: str
    after: str
    test: str
    rule: str

    def is_in(self, root: Path) -> bool:
        """Returns whether the code has the place of the bug, once."""
        return (root / self.file).read_text(encoding="utf-8").count(self.before) == 1


def bugs() -> list[Bug]:
    """Returns the bugs of the list."""
    entries = tomllib.loads(BUGS.read_text(encoding="utf-8")).items()
    return [
        Bug(name, entry["file"], entry["from"], entry["to"], entry["test"], entry["rule"]) for name, entry in entries
    ]


def chosen(names: list[str]) -> list[Bug]:
    """Returns the bugs with these names, or all."""
    known = {bug.name: bug for bug in bugs()}
    if unknown := [name for name in names if name not in known]:
        raise console.Failure(f"there is no seeded bug {', '.join(unknown)}", f"{BUGS.name} has: {', '.join(known)}.")
    return [known[name] for name in names or known]


def main() -> None:
    """Tries the bugs, and fails if a check misses one."""
    machine.require("rust")
    wanted = chosen(sys.argv[1:])
    _copy_code()
    for test in sorted({bug.test for bug in wanted}):
        if (run := _run(test)).returncode != 0:
            print(_tail(run))
            raise console.Failure(f"{test} fails without a seeded bug", "The lines above say why.")
    missed = [bug.name for bug in wanted if not _is_caught(bug)]
    shutil.rmtree(FOLDER)
    if missed:
        raise console.Failure("a check misses its seeded bug", ", ".join(missed))


def _copy_code() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    for source in paths.files():
        copy = COPY / source.relative_to(paths.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)


def _is_caught(bug: Bug) -> bool:
    if not bug.is_in(COPY):
        raise console.Failure(f"{bug.name}: {bug.file} has no such line", f"Update {BUGS.name}.")
    path = COPY / bug.file
    code = path.read_text(encoding="utf-8")
    path.write_text(code.replace(bug.before, bug.after), encoding="utf-8")
    run = _run(bug.test)
    path.write_text(code, encoding="utf-8")
    is_caught = run.returncode != 0 and bug.rule in run.stdout
    print(f"seeded bug {bug.name}: {'caught' if is_caught else 'MISSED'} by {bug.test} ({bug.rule})", flush=True)
    if not is_caught:
        print(_tail(run))
    return is_caught


def _run(test: str) -> subprocess.CompletedProcess[str]:
    """Runs a test of the copy. All of its output is in `stdout`."""
    changed = {"CARGO_TARGET_DIR": str(FOLDER), "RUST_BACKTRACE": "0", "HISTORIES_SHRINK": "0"}
    environment = {**os.environ, **changed, "HISTORIES": HISTORIES}
    return subprocess.run(
        [*COMMAND, test],
        cwd=COPY,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _tail(run: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(run.stdout.splitlines()[-40:])


if __name__ == "__main__":
    console.run(main)
