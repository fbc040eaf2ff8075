import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

import reference
from tests.support import ROOT

LOCK = ROOT / "scripts" / "requirements" / "cli.txt"
UV = ROOT / ".tools" / "uv" / "bin" / "uv"
PROGRAMS = "Scripts" if os.name == "nt" else "bin"


class Installed(unittest.TestCase):
    """The wheel alone, in a new environment: what its metadata names must suffice."""

    folder: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(cls.folder)]
        run(build, ROOT / "cli")
        [wheel] = cls.folder.glob("*.whl")
        # The locked versions. Which of them are installed is a matter of the wheel.
        versions = re.findall(r"^[\w.-]+==[\w.]+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
        constraints = cls.folder / "constraints.txt"
        constraints.write_text("\n".join(versions), encoding="utf-8")
        without_pip = ["--without-pip"] if UV.exists() else []
        run([sys.executable, "-m", "venv", *without_pip, str(cls.folder / "environment")], cls.folder)
        python = str(cls.program("python"))
        # uv is faster, and there where `make` runs the tests.
        pip = [str(UV), "pip", "install", "--python", python] if UV.exists() else [python, "-m", "pip", "install"]
        run([*pip, "--quiet", "--constraint", str(constraints), str(wheel)], cls.folder)

    @classmethod
    def program(cls, name: str) -> Path:
        """Returns the path of a program of the new environment."""
        return cls.folder / "environment" / PROGRAMS / (f"{name}.exe" if os.name == "nt" else name)

    def test_every_help_is_that_of_the_checkout(self) -> None:
        for path in reference.commands():
            shown = run([str(self.program("pluggy-lambda")), *path, "--help"], self.folder)

            # Lines are broken as the width of the terminal asks.
            self.assertEqual(shown.split(), reference.help_of(path).split())

    def test_it_works_outside_of_the_checkout(self) -> None:
        (self.folder / "params").mkdir()
        for name, source in (("samconfig.toml", "samconfig.toml"), ("params/dev.yaml", "params/dev.example.yaml")):
            (self.folder / name).write_text((ROOT / source).read_text(encoding="utf-8"), encoding="utf-8")
        command = [str(self.program("python")), "-m", "pluggy_lambda", "preflight", "--env", "dev"]

        shown = run([*command, "--only", "parameters"], self.folder)

        self.assertIn("1 ok", shown)


def run(command: list[str], folder: Path) -> str:
    """Runs a command without the checkout's modules. Returns what it prints."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PLUGGY_LAMBDA_FOLDER")}
    result = subprocess.run(
        command, cwd=folder, env={**kept, "COLUMNS": "100"}, capture_output=True, encoding="utf-8", check=False
    )
    if result.returncode != 0:
        raise AssertionError(f"{command}: {result.stdout}{result.stderr}")
    return result.stdout


if __name__ == "__main__":
    unittest.main()
