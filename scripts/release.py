"""`make release`: the archive of a release for this machine's processor, in target/dist/."""

import tempfile
from pathlib import Path

import sbom

from stack import build, cli_wheel, console, machine, release_archive, widget_bundle


def release() -> None:
    machine.require("rust", "node")
    architecture = machine.architecture()
    bootstraps = release_archive.bootstraps(build.release())
    sandbox = build.portable_sandbox(architecture)
    widget = widget_bundle.build()
    sbom.sbom()
    with tempfile.TemporaryDirectory() as folder:
        wheel = cli_wheel.build(Path(folder))
        parts = release_archive.Parts(bootstraps, sandbox, widget, wheel, sorted(sbom.OUTPUT.glob("*.json")))
        with console.step("packing the archive"):
            archive = release_archive.write(parts, architecture)
    console.line(f"{console.relative(archive)}: {archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    console.run(release)
