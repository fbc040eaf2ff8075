"""Building what the stack runs: the functions as `sam build` packages them, and the sandbox."""

import os
from collections.abc import Sequence
from pathlib import Path

from stack import cargo, console, fingerprint, machine, paths, sam

SANDBOX = Path(os.environ.get("CARGO_TARGET_DIR") or paths.ROOT / "target") / "debug" / "sandbox"

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
    for group in cargo.groups(sorted(manifest.parent.name for manifest in paths.ROOT.glob("functions/*/Cargo.toml"))):
        bootstraps(group[0] if len(group) == 1 else f"{len(group)} functions", group, architecture)
    with console.step("packaging the functions (sam build)"):
        _sam_build(architecture)
    stamp.write(wanted)


def bootstraps(label: str, packages: list[str], architecture: str, options: Sequence[str] = ("--release",)) -> None:
    """Compiles packages as Lambda runs them."""
    target = ["--arm64"] if architecture == "arm64" else []
    named = [argument for name in packages for argument in ("--package", name)]
    cargo.run(label, ["lambda", "build", *options, *target, *named])


def floor() -> None:
    """Compiles what the functions are measured against, as they are compiled; cargo itself knows what is unchanged."""
    folder = os.path.relpath(paths.BUILT_TEMPLATE.parent, paths.ROOT)
    bootstraps("floor", ["floor"], machine.architecture(), ["--release", "--lambda-dir", folder])


def sandbox() -> None:
    """Compiles the stand-in for Pluggy; cargo itself knows what is unchanged."""
    cargo.run("sandbox", ["build", "--locked", "--package", "sandbox"])


def _sam_build(architecture: str) -> None:
    overrides = ["--parameter-overrides", f"Architecture={architecture}"]
    sam.run("build", ["--config-env", "local", *overrides], cargo.environment())
