"""Building what the stack runs: the functions as `sam build` packages them, and the sandbox."""

import os
import subprocess
import time
from pathlib import Path

from stack import console, fingerprint, machine, paths, tool

QUIET_SECONDS = 5
SANDBOX = paths.ROOT / "target" / "debug" / "sandbox"

COMMON_INPUTS = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "shared"]
FUNCTION_INPUTS = [*COMMON_INPUTS, "functions", "template.yaml", "samconfig.toml", "scripts/requirements/sam.txt"]


def functions() -> None:
    """Compiles and packages every function, unless nothing that goes into them has changed."""
    architecture = machine.architecture()
    wanted = fingerprint.of_text(fingerprint.of_files(paths.ROOT / name for name in FUNCTION_INPUTS), architecture)
    stamp = fingerprint.Stamp(paths.RUN / "built")
    if stamp.matches(wanted) and paths.BUILT_TEMPLATE.is_file():
        console.line("functions: unchanged since the last build")
        return
    stamp.clear()
    # `sam build` shows nothing of the compiler, and runs it for one function after the other. Run here first, its
    # progress can be seen and the functions link side by side; `sam build` then finds the work done.
    target = ["--arm64"] if architecture == "arm64" else []
    for group in _groups(sorted(manifest.parent.name for manifest in paths.ROOT.glob("functions/*/Cargo.toml"))):
        packages = [argument for name in group for argument in ("--package", name)]
        _cargo(["lambda", "build", "--release", *target, *packages], paths.ROOT, ", ".join(group))
    with console.step("packaging the functions (sam build)"):
        _sam_build(architecture)
    stamp.write(wanted)


def sandbox() -> None:
    """Compiles the stand-in for Pluggy; cargo itself knows what is unchanged."""
    _cargo(["build", "--locked", "--package", "sandbox"], paths.ROOT, "sandbox")


def environment() -> dict[str, str]:
    """The environment in which the build tools find each other."""
    programs = tool.executable("sam", "sam").parent
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def _sam_build(architecture: str) -> None:
    command = [
        str(tool.executable("sam", "sam")), "build", "--config-env", "local",
        "--parameter-overrides", f"Architecture={architecture}",
    ]  # fmt: skip
    log = paths.LOGS / "sam-build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        result = subprocess.run(
            command,
            cwd=paths.ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if result.returncode != 0:
        last_lines = "\n  ".join(log.read_text(errors="replace").strip().splitlines()[-10:])
        raise console.Failure(f"sam build failed:\n  {last_lines}", f"The whole output is in {console.relative(log)}.")


def _groups(packages: list[str]) -> list[list[str]]:
    """Packages that can be compiled at once and come out as if each were compiled alone.

    Cargo gives what is compiled at once one common set of features, so only packages that agree on it belong together.
    """
    groups: list[list[str]] = []
    for package in packages:
        fitting = next((group for group in groups if _agree([*group, package])), None)
        if fitting is None:
            groups.append([package])
        else:
            fitting.append(package)
    return groups


def _agree(packages: list[str]) -> bool:
    together = _features(packages)
    return all(_features([package]) <= together for package in packages)


def _features(packages: list[str]) -> set[str]:
    """Every dependency of the packages with its features, one a line."""
    named = [argument for package in packages for argument in ("--package", package)]
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}", *named]
    result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"cargo cannot read the workspace:\n  {result.stderr.strip()}")
    return set(result.stdout.splitlines())


def _cargo(arguments: list[str], folder: Path, name: str) -> None:
    """Runs cargo, shows in one line what it is at, and says afterwards how much it compiled."""
    start = shown = time.monotonic()
    compiled = 0
    lines: list[str] = []
    command = ["cargo", *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    ) as process:  # fmt: skip
        for output in process.stderr or []:
            lines.append(output.rstrip())
            words = output.split()
            if words[:1] == ["Compiling"]:
                compiled += 1
                if console.is_terminal() or time.monotonic() - shown > QUIET_SECONDS:
                    shown = time.monotonic()
                    console.progress(f"{name}: compiling {words[1]} ({compiled} so far, {shown - start:.0f} s)")
            elif words[:1] == ["Blocking"]:
                console.progress(f"{name}: waiting for another cargo to finish")
    console.progress_done()
    if process.returncode != 0:
        first = next((index for index, text in enumerate(lines) if text.startswith("error")), max(len(lines) - 20, 0))
        raise console.Failure(
            "\n  ".join([f"{name} does not compile:", *lines[first : first + 40]]),
            f"The command, in {console.relative(folder)}: {' '.join(command)}",
        )
    crates = f"{compiled} crates compiled" if compiled else "up to date"
    console.line(f"{name}: {crates}, {time.monotonic() - start:.1f} s")
