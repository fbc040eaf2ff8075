"""`make lock-tools`: new locks of every set of tools, by version and hash."""

import subprocess

from stack import console, paths, tool

PYTHON_VERSION = "3.11"


def lock_tools() -> None:
    tool.install([])
    uv = str(tool.executable(tool.INSTALLER, "uv"))
    for source in sorted(paths.REQUIREMENTS.glob("*.in")):
        with console.step(f"locking {source.stem}"):
            subprocess.run(
                [
                    uv, "pip", "compile", "--quiet", "--universal", "--python-version", PYTHON_VERSION, "--upgrade",
                    "--generate-hashes", "--no-emit-index-url", "--no-header",
                    source.name, "--output-file", f"{source.stem}.txt",
                ],
                cwd=paths.REQUIREMENTS,
                check=True,
            )  # fmt: skip


if __name__ == "__main__":
    console.run(lock_tools)
