import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import reference
from tests.support import ROOT

LOCK = ROOT / "scripts" / "requirements" / "cli.txt"
UV = ROOT / ".tools" / "uv" / "bin" / "uv"


class Installed(unittest.TestCase):
    """The wheel alone, in a new environment: what its metadata names must suffice."""

    def test_every_help_is_that_of_the_checkout(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        python = self.install(folder)
        program = python.with_name("pluggy-lambda.exe" if os.name == "nt" else "pluggy-lambda")

        for path in reference.commands():
            shown = run([str(program), *path, "--help"], folder, COLUMNS="102")

            self.assertEqual(words(shown), words(reference.help_of(path)))

    def test_it_works_outside_of_the_checkout(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        python = self.install(folder)
        (folder / "params").mkdir()
        for name in ("samconfig.toml", "params/dev.example.yaml"):
            (folder / name).write_text((ROOT / name).read_text())
        (folder / "params" / "dev.yaml").write_text((folder / "params" / "dev.example.yaml").read_text())

        shown = run([str(python), "-m", "pluggy_lambda", "preflight", "--env", "dev", "--only", "parameters"], folder)

        self.assertIn("1 ok", shown)

    def install(self, folder: Path) -> Path:
        """Builds the wheel, and installs it with the locked versions of what it names. Returns its Python."""
        environment = folder / "environment"
        build = [str(UV), "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable]
        run([*build, "--out-dir", str(folder), str(ROOT / "cli")], folder)
        [wheel] = folder.glob("*.whl")
        run([sys.executable, "-m", "venv", "--without-pip", str(environment)], folder)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        install = [str(UV), "pip", "install", "--quiet", "--python", str(python), "--constraints", str(LOCK)]
        run([*install, str(wheel)], folder)
        return python


def run(command: list[str], folder: Path, **variables: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PLUGGY_LAMBDA_FOLDER")}
    result = subprocess.run(command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{command}: {result.stdout}{result.stderr}")
    return result.stdout


def words(text: str) -> list[str]:
    """Returns the words, since lines are broken as the terminal's width asks."""
    return text.split()


if __name__ == "__main__":
    unittest.main()
