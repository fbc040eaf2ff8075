"""A program that cargo installs into `.tools/`, at a pinned version."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack import console, fingerprint, paths

LAST_LINES = 5


@dataclass(frozen=True)
class CargoTool:
    """A program of crates.io."""

    name: str
    version: str

    @property
    def program(self) -> Path:
        """The path of the program, once it is installed."""
        return self._folder / "bin" / self.name

    @property
    def _folder(self) -> Path:
        return paths.TOOLS / self.name

    def install(self) -> None:
        """Installs the program with the versions of its own lock file, unless this version is installed."""
        stamp = fingerprint.Stamp(self._folder / "installed")
        wanted = fingerprint.of_text(self.version)
        if stamp.matches(wanted):
            return
        with console.step(f"installing {self.name} {self.version}"):
            options = ["--quiet", "--locked", "--force", "--root", str(self._folder), "--version", self.version]
            command = ["cargo", "install", *options, self.name]
            result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                last_lines = result.stderr.strip().splitlines()[-LAST_LINES:]
                raise console.Failure("\n  ".join(["cargo install failed:", *last_lines]), "Check the network.")
        stamp.write(wanted)
