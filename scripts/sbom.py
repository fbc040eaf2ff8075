"""`make sbom`: a bill of materials (CycloneDX) of each function's bootstrap, in target/sbom/.

Each file bears the name of its binary. It lists every crate that is compiled into the bootstrap, with its version,
license and digest, by the lock file of the build.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from stack import cargo_tool, console, machine, paths, sam_template

TOOL = cargo_tool.CargoTool("cargo-cyclonedx", "0.5.9")
OUTPUT = paths.ROOT / "target" / "sbom"
SPECIFICATION = "1.5"
# The compiler's names of Lambda's processors.
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
# What the tool writes beside each manifest of the workspace.
WRITTEN = "*_bin.cdx.json"


def sbom() -> None:
    machine.require("rust")
    TOOL.install()
    target = TARGETS[machine.architecture()]
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    functions = sam_template.functions(sam_template.parse((paths.ROOT / "template.yaml").read_text()))
    manifests = _manifests()
    try:
        _describe(target)
        for function in functions:
            package, binary = function["Properties"]["CodeUri"], sam_template.binary(function)
            written = paths.ROOT / package / WRITTEN.replace("*", binary)
            whole = reproducible(written.read_text())
            bill = compiled_only(whole, _compiled(Path(package).name, target))
            file = OUTPUT / f"{binary}.cdx.json"
            file.write_text(json.dumps(bill, indent=2) + "\n")
            console.line(f"{console.relative(file)}: {len(bill['components'])} crates")
    finally:
        for manifest in manifests:
            for written in manifest.parent.glob(WRITTEN):
                written.unlink()


def reproducible(text: str, root: str = str(paths.ROOT)) -> dict[str, Any]:
    """Returns a bill without what differs between equal builds: its number, its time, and the path of the checkout."""
    bill = json.loads(text.replace(f"{root}/", ""))
    bill.pop("serialNumber", None)
    bill["metadata"].pop("timestamp", None)
    return bill


def compiled_only(bill: dict[str, Any], compiled: set[tuple[str, str]]) -> dict[str, Any]:
    """Returns a bill without the crates that only other packages of the workspace compile.

    The tool resolves the features of the whole workspace at once.
    """
    components = [one for one in bill["components"] if (one["name"], one["version"]) in compiled]
    missing = compiled - {(one["name"], one["version"]) for one in components}
    if missing:
        raise console.Failure(f"the bill of materials lacks {', '.join(sorted(name for name, _ in missing))}")
    kept = {one["bom-ref"] for one in components} | {bill["metadata"]["component"]["bom-ref"]}
    dependencies = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in kept]}
        for one in bill["dependencies"]
        if one["ref"] in kept
    ]
    return {**bill, "components": components, "dependencies": dependencies}


def _describe(target: str) -> None:
    options = ["--format", "json", "--describe", "binaries", "--target", target, "--spec-version", SPECIFICATION]
    _run([str(TOOL.program), "cyclonedx", "--manifest-path", "Cargo.toml", "--no-build-deps", "-qq", *options])


def _compiled(package: str, target: str) -> set[tuple[str, str]]:
    """Returns the names and versions of the crates that are compiled into a package's binaries, without its own."""
    selection = ["--locked", "--package", package, "--target", target, "--edges", "normal,no-proc-macro"]
    lines = _run(["cargo", "tree", *selection, "--prefix", "none", "--format", "{p}"]).splitlines()
    crates = {(words[0], words[1].removeprefix("v")) for words in (line.split() for line in lines) if len(words) > 1}
    return {(name, version) for name, version in crates if name != package}


def _manifests() -> list[Path]:
    metadata = json.loads(_run(["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]))
    return [Path(package["manifest_path"]) for package in metadata["packages"]]


def _run(command: list[str]) -> str:
    result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure("\n  ".join([f"{command[0]} failed:", *result.stderr.strip().splitlines()[-10:]]))
    return result.stdout


if __name__ == "__main__":
    console.run(sbom)
