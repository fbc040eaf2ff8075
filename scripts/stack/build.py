"""Builds of the functions, as `sam build` packages them or with a fast profile, and of the sandbox."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from stack import cargo, console, fingerprint, machine, node_packages, paths, sam, sam_template

# The profile in Cargo.toml that compiles in minutes.
LOCAL_PROFILE = ["--locked", "--profile", "local"]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or paths.ROOT / "target")
LOCAL_BINARIES = TARGET / "local"
SANDBOX = LOCAL_BINARIES / "sandbox"
RIVAL = paths.ROOT / "bench" / "rival"

COMMON_INPUTS = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"]
SANDBOX_INPUTS = [*COMMON_INPUTS, "sandbox"]
FUNCTION_INPUTS = [
    *COMMON_INPUTS,
    "shared",
    "functions",
    "template.yaml",
    "samconfig.toml",
    "scripts/requirements/sam.txt",
]


def release() -> Path:
    """Compiles and packages every function for Lambda, unless no input has changed.

    Returns the template to deploy.
    """
    architecture = machine.architecture()
    wanted = fingerprint.of_text(fingerprint.of_files(paths.ROOT / name for name in FUNCTION_INPUTS), architecture)
    stamp = fingerprint.Stamp(paths.RUN / "built")
    if stamp.matches(wanted) and paths.RELEASE_TEMPLATE.is_file():
        console.line("functions: unchanged since the last build")
        return paths.RELEASE_TEMPLATE
    stamp.clear()
    # `sam build` hides the compiler's output, and runs it for one function after the other. Run first, the compiler
    # shows its progress and links the functions in parallel. `sam build` then finds the work done.
    for group in cargo.groups(_packages()):
        bootstraps(group[0] if len(group) == 1 else f"{len(group)} packages", group, architecture)
    with console.step("packaging the functions (sam build)"):
        _sam_build(architecture)
    stamp.write(wanted)
    return paths.RELEASE_TEMPLATE


def local() -> Path:
    """Compiles every function and the sandbox with a fast profile, in one run of cargo. Returns the template."""
    cargo.run("functions and sandbox", ["build", *LOCAL_PROFILE, *cargo.packages([*_packages(), "sandbox"])])
    template = sam_template.with_own_folders(sam_template.parse((paths.ROOT / "template.yaml").read_text()))
    folder = paths.LOCAL_TEMPLATE.parent
    shutil.rmtree(folder, ignore_errors=True)
    for function in sam_template.functions(template):
        bootstrap = folder / function["Properties"]["CodeUri"] / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        shutil.copy2(LOCAL_BINARIES / sam_template.binary(function), bootstrap)
    # JSON is YAML too.
    paths.LOCAL_TEMPLATE.write_text(json.dumps(template, indent=2) + "\n")
    return paths.LOCAL_TEMPLATE


def bootstraps(label: str, packages: list[str], architecture: str, options: Sequence[str] = ("--release",)) -> None:
    """Compiles packages as Lambda runs them."""
    target = ["--arm64"] if architecture == "arm64" else []
    cargo.run(label, ["lambda", "build", *options, *target, *cargo.packages(packages)])


def floor() -> None:
    """Compiles the baseline of the measurements like the functions. cargo itself knows what is unchanged."""
    folder = os.path.relpath(paths.RELEASE_TEMPLATE.parent, paths.ROOT)
    bootstraps("floor", ["floor"], machine.architecture(), ["--release", "--lambda-dir", folder])


def rival() -> Path:
    """Bundles the handler in Node.js with which the webhook is compared. Returns the folder of the bundle."""
    node_packages.install(RIVAL, "the packages of the rival in Node.js")
    bundle = paths.ROOT / "target" / "rival"
    subprocess.run(["node", "build.mjs", str(bundle)], cwd=RIVAL, check=True)
    return bundle


def sandbox() -> None:
    """Compiles the sandbox. cargo itself knows what is unchanged."""
    cargo.run("sandbox", ["build", *LOCAL_PROFILE, *cargo.packages(["sandbox"])])


def portable_sandbox(architecture: str) -> Path:
    """Compiles the sandbox like the functions, for every Linux with their C library. Returns the program."""
    bootstraps("sandbox", ["sandbox"], architecture)
    return TARGET / "lambda" / "sandbox" / "bootstrap"


def sandbox_sources() -> str:
    """Returns the fingerprint of what the sandbox is compiled from.

    It is not that of the binary: cargo makes another one when it compiles the sandbox alone.
    """
    return fingerprint.of_files(paths.ROOT / name for name in SANDBOX_INPUTS)


def _packages() -> list[str]:
    """Returns the packages of the functions. A package may have several binaries, each a function."""
    return sorted(manifest.parent.name for manifest in paths.ROOT.glob("functions/*/Cargo.toml"))


def _sam_build(architecture: str) -> None:
    overrides = ["--parameter-overrides", f"Architecture={architecture}"]
    sam.run("build", ["--config-env", "local", *overrides], cargo.environment())
